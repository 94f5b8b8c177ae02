import { execFile } from 'node:child_process';

import { MssError, type Logger, type ProfileId } from '@mss/core';
import type { ClientIdentity, SecureChannelPolicy } from '@mss/pki';
import type { MailboxAuthentication } from '@mss/transport';

import type { CommandContext } from '../command.js';
import type { MssConfig, PscConfig } from '../config/config.js';
import { readSecret } from '../config/secrets.js';
import type { CliErrorCode } from '../errors.js';
import { note } from '../note.js';
import { openWebPolicy } from './channel.js';

/** How a mailbox proves who it is, and what has to be closed afterwards. */
export interface SignedIn {
  readonly auth: MailboxAuthentication;
  close(): Promise<void>;
}

/** What a sign-in is done with. */
export interface SignInContext {
  readonly context: CommandContext;
  readonly logger: Logger;
  readonly profile: ProfileId;
  readonly userName: string;
  /** The mailbox's hosts: a token is shown to no other. */
  readonly hosts: readonly string[];
  readonly identity: ClientIdentity | null;
  readonly signal?: AbortSignal | undefined;
}

const nothing = async (): Promise<void> => {};

/** Prepares the authentication of the configuration; Pro Santé Connect asks the person now. */
export async function signIn(config: MssConfig, about: SignInContext): Promise<SignedIn> {
  const { authentication } = config;
  const user = ('user' in authentication ? authentication.user : undefined) ?? about.userName;
  const { io } = about.context;
  switch (authentication.type) {
    case 'password': {
      const use = { io, place: 'authentication.password', prompt: `Mot de passe de ${config.mailbox.address} : ` };
      // Typed once for all connections; read again from elsewhere, so that a changed one is found.
      let typed: Promise<string> | undefined;
      const password = (): Promise<string> =>
        authentication.password.from === 'person'
          ? (typed ??= readSecret(authentication.password, use))
          : readSecret(authentication.password, use);
      const { mechanism } = authentication;
      return { auth: { type: 'password', user, password, ...(mechanism === undefined ? {} : { mechanism }) }, close: nothing };
    }
    case 'certificate':
      return { auth: { type: 'certificate', ...(authentication.user === undefined ? {} : { user: authentication.user }) }, close: nothing };
    case 'token-command': {
      const { command, mechanism, initialResponse } = authentication;
      const token = (request: { readonly renew: boolean; readonly host: string }): Promise<string> => {
        if (!about.hosts.includes(request.host))
          return Promise.reject(
            new MssError<CliErrorCode>('ERR_MSS_CLI_TOKEN_COMMAND', 'the token is not shown to a host that is not the mailbox’s'),
          );
        return tokenOf(command, request.renew);
      };
      return {
        auth: {
          type: 'token',
          user,
          token,
          ...(mechanism === undefined ? {} : { mechanism }),
          ...(initialResponse === undefined ? {} : { initialResponse }),
        },
        close: nothing,
      };
    }
    default:
      return signInWithPsc(config, authentication, { ...about, userName: user });
  }
}

const tokenTimeoutMs = 60_000;

/** What the program prints. Nothing of what it says is shown: it is about credentials. */
function tokenOf([program = '', ...args]: readonly string[], renew: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, MSS_TOKEN_RENEW: renew ? '1' : '0' };
    execFile(program, args, { timeout: tokenTimeoutMs, maxBuffer: 64 * 1024, env, windowsHide: true }, (error, stdout) => {
      const token = stdout.trim();
      if (error === null && token !== '' && !/\s/.test(token)) return resolve(token);
      const details = { exitCode: error?.code ?? 0 };
      reject(
        new MssError<CliErrorCode>('ERR_MSS_CLI_TOKEN_COMMAND', 'the command that prints the token failed, or printed none', {
          details,
          permanent: false,
        }),
      );
    });
  });
}

async function signInWithPsc(config: MssConfig, psc: PscConfig, about: SignInContext): Promise<SignedIn> {
  const { context, logger, identity, profile } = about;
  const { io } = context;
  const { createProSanteConnect, openLoopbackRedirect, proSanteConnectBas, proSanteConnectProduction } =
    await import('@mss/transport/pro-sante-connect');
  const policy: SecureChannelPolicy = await openWebPolicy(config, { io, logger, profile, anchors: psc.anchors });
  try {
    const known = psc.provider === 'bas' ? proSanteConnectBas : proSanteConnectProduction;
    const provider =
      psc.issuer === undefined
        ? known
        : {
            issuer: psc.issuer,
            ...(psc.discoveryUrl === undefined ? {} : { discoveryUrl: psc.discoveryUrl }),
            ...(psc.hosts === undefined ? {} : { hosts: psc.hosts }),
          };
    const { clientSecret } = psc;
    const clientAuthentication =
      clientSecret === undefined && identity !== null
        ? ({ type: 'certificate', identity } as const)
        : ({
            type: 'secret',
            secret: () =>
              clientSecret === undefined
                ? ''
                : readSecret(clientSecret, { io, place: 'authentication.clientSecret', prompt: 'Pro Santé Connect : ' }),
          } as const);
    const connect = createProSanteConnect({ provider, clientId: psc.clientId, clientAuthentication, policy, logger, keepAlive: false });
    const abortable = about.signal === undefined ? {} : { signal: about.signal };
    const open = async (): ReturnType<typeof connect.signIn> => {
      if (psc.signIn === 'telephone') {
        return connect.signIn({
          nationalId: psc.nationalId ?? '',
          onStarted: ({ bindingMessage }) =>
            note(
              context,
              `confirmez la connexion sur votre téléphone (e-CPS), code affiché : ${bindingMessage}`,
              `confirm the sign-in on your telephone (e-CPS), code shown: ${bindingMessage}`,
            ),
          ...abortable,
        });
      }
      const redirect = await openLoopbackRedirect(psc.redirectPort === undefined ? {} : { port: psc.redirectPort });
      try {
        const request = await connect.authorize({ redirectUri: redirect.redirectUri, ...abortable });
        note(context, `ouvrez cette adresse dans votre navigateur : ${request.url}`, `open this address in your browser: ${request.url}`);
        return await request.complete(await redirect.callback({ state: request.state, ...abortable }));
      } finally {
        await redirect.close();
      }
    };
    const session = await open();
    const { mechanism, initialResponse } = psc;
    return {
      auth: session.mailboxAuthentication({
        user: about.userName,
        hosts: about.hosts,
        ...(mechanism === undefined ? {} : { mechanism }),
        ...(initialResponse === undefined ? {} : { initialResponse }),
      }),
      close: async () => {
        await session.signOut().catch(() => {});
        await session.close();
        await policy.close();
      },
    };
  } catch (error) {
    await policy.close();
    throw error;
  }
}
