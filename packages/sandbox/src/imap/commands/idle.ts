import { bad, loggedIn, ok, type ImapCommand } from '../command.js';

/** RFC 2177: changes of the selected folder are told as they happen, until DONE. */
export const idle: ImapCommand = {
  states: loggedIn,
  async run(session, { args }) {
    args.end();
    session.proceed('idling');
    const line = await session.whileIdling(async () => session.line());
    return line?.toUpperCase() === 'DONE' ? ok('Done') : bad('DONE expected');
  },
};
