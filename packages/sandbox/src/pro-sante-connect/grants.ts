import type { Clock, RandomSource } from '@mss/core';
import type { SandboxPscUser } from './types.js';

/** A sign-in of one person by one client; its tokens die with it. */
export interface PscGrant {
  readonly user: SandboxPscUser;
  readonly clientId: string;
  readonly nonce: string | null;
  readonly authTime: number;
  over: boolean;
}

interface Kept<Value> {
  readonly value: Value;
  readonly until: number;
}

/** Beyond it the oldest go: a sandbox is not filled up. */
const maxKept = 10_000;

/** Secrets and what they stand for, for a while. */
class Vault<Value> {
  readonly #kept = new Map<string, Kept<Value>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put(secret: string, value: Value, lifeMs: number): void {
    this.#kept.set(secret, { value, until: this.#clock.now().getTime() + lifeMs });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > maxKept && oldest !== undefined) this.#kept.delete(oldest);
  }

  get(secret: string): Value | null {
    const found = this.#kept.get(secret);
    return found !== undefined && found.until > this.#clock.now().getTime() ? found.value : null;
  }

  take(secret: string): Value | null {
    const value = this.get(secret);
    this.#kept.delete(secret);
    return value;
  }

  clear(): void {
    this.#kept.clear();
  }

  get values(): readonly Value[] {
    return [...this.#kept.values()].map(({ value }) => value);
  }
}

/** An authorization code and what it was asked with. */
export interface PscCode {
  readonly grant: PscGrant;
  readonly redirectUri: string;
  readonly challenge: string | null;
}

/** A sign-in that waits for a telephone. */
export interface PscBackchannel {
  readonly grant: PscGrant;
  readonly bindingMessage: string;
  answer: 'approve' | 'deny' | null;
}

/** Everything that the provider remembers. */
export class Grants {
  readonly codes: Vault<PscCode>;
  readonly access: Vault<PscGrant>;
  readonly refresh: Vault<PscGrant>;
  readonly backchannel: Vault<PscBackchannel>;
  /** Browsers that are signed in. */
  readonly browsers: Vault<SandboxPscUser>;
  /** Refresh tokens that were used: a second use is a theft. */
  readonly spent: Vault<PscGrant>;
  readonly #random: RandomSource;

  constructor(clock: Clock, random: RandomSource) {
    this.#random = random;
    this.codes = new Vault(clock);
    this.access = new Vault(clock);
    this.refresh = new Vault(clock);
    this.backchannel = new Vault(clock);
    this.browsers = new Vault(clock);
    this.spent = new Vault(clock);
  }

  secret(): string {
    return Buffer.from(this.#random.bytes(24)).toString('base64url');
  }

  /** Who an access token stands for now. */
  holder(token: string): PscGrant | null {
    const grant = this.access.get(token);
    return grant === null || grant.over ? null : grant;
  }

  /** Takes a refresh token, which is good once. */
  spend(token: string): PscGrant | null {
    const stolen = this.spent.get(token);
    if (stolen !== null) stolen.over = true;
    const grant = this.refresh.take(token);
    if (grant === null || grant.over) return null;
    this.spent.put(token, grant, 3_600_000);
    return grant;
  }

  endAll(): void {
    for (const grant of [...this.refresh.values, ...this.access.values]) grant.over = true;
    this.browsers.clear();
  }
}
