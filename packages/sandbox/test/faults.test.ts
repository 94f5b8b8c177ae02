import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../src/index.js';
import { claire, hugo, imap, smtp } from './clients.js';
import { RawClient } from './raw-client.js';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(async () => sandbox.stop());

const send = async (): Promise<unknown> =>
  smtp(sandbox, claire).sendMail({ from: claire, to: [hugo, 'cardiologie@ch-bellevue.mssante.test'], text: 'x' });

describe('scripted faults of the SMTP server', () => {
  it.each([
    ['CONNECT', '421 4.3.2 Closed'],
    ['EHLO', '421 4.3.2 Closed'],
    ['AUTH', '454 4.7.0 Later'],
    ['MAIL', '451 4.3.0 Later'],
    ['RCPT', '450 4.2.1 Busy'],
    ['DATA', '451 4.3.0 Later'],
    ['CONTENT', '554 5.6.0 Refused'],
  ])('answers %s with %s', async (command, reply) => {
    sandbox.addFault({ server: 'smtp', command, action: 'reply', reply, times: 9 });
    await expect(send()).rejects.toMatchObject({ responseCode: Number(reply.slice(0, 3)) });
    expect(sandbox.messages(hugo)).toHaveLength(0);
    expect(sandbox.events.ofType('fault').length).toBeGreaterThan(0);
    sandbox.clearFaults();
    await send();
    expect(sandbox.messages(hugo)).toHaveLength(1);
  });

  it('refuses one recipient and takes the other', async () => {
    sandbox.addFault({ server: 'smtp', command: 'RCPT', action: 'reply', reply: '550 5.1.1 No', recipient: hugo });
    expect(await send()).toMatchObject({ rejected: [hugo], accepted: ['cardiologie@ch-bellevue.mssante.test'] });
  });

  it.each(['CONNECT', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'CONTENT'])('cuts at %s, and nothing was taken in', async (command) => {
    sandbox.addFault({ server: 'smtp', command, action: 'disconnect' });
    await expect(send()).rejects.toThrow();
    expect(sandbox.messages(hugo)).toHaveLength(0);
  });

  it('cuts after the final dot: taken in, never acknowledged', async () => {
    sandbox.addFault({ server: 'smtp', command: 'CONTENT', action: 'disconnect-after' });
    await expect(send()).rejects.toThrow();
    expect(sandbox.messages(hugo)).toHaveLength(1);
  });

  it('stalls until the client gives up', async () => {
    sandbox.addFault({ server: 'smtp', command: 'CONTENT', action: 'stall' });
    const client = await RawClient.secure(sandbox, sandbox.ports.smtps);
    await client.until(/220 .*\r\n/);
    await client.ask('EHLO lps\r\n', /250 .*\r\n/);
    const plain = Buffer.from(`\0${claire}\0${sandbox.account(claire).password}`).toString('base64');
    await client.ask(`AUTH PLAIN ${plain}\r\n`, /235 .*\r\n/);
    await client.ask(`MAIL FROM:<${claire}>\r\n`, /250 .*\r\n/);
    await client.ask(`RCPT TO:<${hugo}>\r\n`, /250 .*\r\n/);
    await client.ask('DATA\r\n', /354 .*\r\n/);
    client.send('Subject: x\r\n\r\nx\r\n.\r\n');
    await sandbox.events.waitFor(({ type }) => type === 'fault');
    client.close();
    await sandbox.events.waitFor(({ type }) => type === 'closed');
    expect(sandbox.messages(hugo)).toHaveLength(0);
  });
});

describe('scripted faults of the IMAP server', () => {
  it('refuses, cuts before, and cuts after a command', async () => {
    sandbox.deliver(Buffer.from('Subject: x\r\n\r\nx'), { from: '', to: [claire] });
    sandbox.addFault({ server: 'imap', command: 'FETCH', action: 'reply', reply: 'NO [UNAVAILABLE] Later' });
    const client = await imap(sandbox, claire);
    await client.mailboxOpen('INBOX');
    await expect(client.fetchAll('1', { flags: true })).rejects.toMatchObject({ responseStatus: 'NO' });
    sandbox.addFault({ server: 'imap', command: 'STORE', action: 'disconnect-after' });
    // imapflow swallows the lost answer.
    await client.messageFlagsAdd('1', ['\\Seen']).catch(() => false);
    expect(sandbox.messages(claire)[0]!.flags).toEqual(['\\Seen']);
    sandbox.addFault({ server: 'imap', command: 'CONNECT', action: 'reply', reply: 'BYE Closed' });
    await expect(imap(sandbox, claire)).rejects.toThrow();
    sandbox.addFault({ server: 'imap', command: 'LOGIN', action: 'disconnect' });
    sandbox.addFault({ server: 'imap', command: 'AUTHENTICATE', action: 'disconnect' });
    await expect(imap(sandbox, claire)).rejects.toThrow();
  });
});
