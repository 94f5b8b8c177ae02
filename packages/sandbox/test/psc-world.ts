import type { Clock } from '@mss/core';
import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import {
  createProSanteConnect,
  type ProSanteConnect,
  type ProSanteConnectOptions,
  type PscSession,
  type PscSessionEvent,
  type Schedule,
} from '@mss/transport/pro-sante-connect';
import { startSandbox, type Sandbox, type SandboxOptions, type SandboxPscUser } from '../src/index.js';

/** Time that passes only when a test says so. */
export interface TestTime {
  readonly clock: Clock;
  readonly schedule: Schedule;
  pass(ms: number): void;
  /** Lets what is planned next happen, at its time. @returns the milliseconds until then, `null` when nothing is planned */
  next(): number | null;
  readonly planned: number;
  /** Forgets what is planned. */
  forget(): void;
}

export function testTime(): TestTime {
  let now = Date.now();
  let planned: { readonly work: () => void; readonly at: number }[] = [];
  return {
    clock: { now: () => new Date(now) },
    schedule(work, delayMs) {
      const one = { work, at: now + delayMs };
      planned.push(one);
      return () => {
        planned = planned.filter((other) => other !== one);
      };
    },
    pass(ms) {
      now += ms;
    },
    next() {
      const [first] = planned.toSorted((a, b) => a.at - b.at);
      if (first === undefined) return null;
      planned = planned.filter((other) => other !== first);
      const waited = Math.max(0, first.at - now);
      now += waited;
      first.work();
      return waited;
    },
    get planned() {
      return planned.length;
    },
    forget() {
      planned = [];
    },
  };
}

/** A sandbox, a client of its Pro Santé Connect, a browser and a person. */
export interface PscWorld extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly time: TestTime;
  readonly policy: SecureChannelPolicy;
  readonly user: SandboxPscUser;
  readonly mailbox: string;
  readonly events: PscSessionEvent[];
  psc(options?: Partial<ProSanteConnectOptions>): ProSanteConnect;
  /** Follows the address as a browser that keeps its cookie; resolves with where it is sent back to. */
  browse(url: string): Promise<string>;
  /** Signs the person in by the browser. */
  signIn(options?: Partial<ProSanteConnectOptions>): Promise<PscSession>;
  /** How often an endpoint was asked, by grant type for the token endpoint. */
  count(what: string): number;
  /** The same world as it was at the start, save for the time: a new one takes a while to make. */
  fresh(): PscWorld;
}

export const redirectUri = 'http://127.0.0.1:9/retour';

export async function startPscWorld(options: SandboxOptions = {}): Promise<PscWorld> {
  const time = testTime();
  const sandbox = await startSandbox({ clock: time.clock, ...options });
  const policy = createSecureChannelPolicy({ kind: 'public-web', trust: createTrustStore({ name: 'sandbox', anchors: [sandbox.caPem] }) });
  const [user] = sandbox.proSanteConnect.users;
  if (user === undefined) throw new TypeError('a sandbox without people');
  const events: PscSessionEvent[] = [];
  let cookie = '';
  let seen = 0;
  const psc = (more: Partial<ProSanteConnectOptions> = {}): ProSanteConnect => {
    const { issuer, discoveryUrl, clientId, clientSecret } = sandbox.proSanteConnect;
    return createProSanteConnect({
      provider: { issuer, discoveryUrl },
      clientId,
      clientAuthentication: { type: 'secret', secret: clientSecret },
      policy,
      clock: time.clock,
      schedule: time.schedule,
      onEvent: (event) => void events.push(event),
      ...more,
    });
  };
  const browse = async (url: string): Promise<string> => {
    const response = await policy.fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return response.headers.get('location') ?? '';
  };
  const world: PscWorld = {
    sandbox,
    time,
    policy,
    user,
    mailbox: user.mailboxes[0] ?? '',
    events,
    psc,
    browse,
    async signIn(more) {
      sandbox.proSanteConnect.signInAs(user.nationalId);
      const request = await psc(more).authorize({ redirectUri });
      return request.complete(await browse(request.url));
    },
    count: (what) =>
      sandbox.proSanteConnect.requests.slice(seen).filter(({ endpoint, grantType }) => endpoint === what || grantType === what).length,
    fresh() {
      const { proSanteConnect } = sandbox;
      proSanteConnect.setFault('none');
      proSanteConnect.telephone('approve');
      proSanteConnect.signInAs(null);
      proSanteConnect.endSessions();
      sandbox.events.clear();
      events.length = 0;
      cookie = '';
      seen = proSanteConnect.requests.length;
      time.forget();
      return world;
    },
    async [Symbol.asyncDispose]() {
      await sandbox.stop();
      await policy.close();
    },
  };
  return world;
}
