import { readFile } from 'node:fs/promises';
import { MssError } from '@mss/core';
import type { SandboxErrorCode } from './errors.js';
import type { SandboxFault } from './faults.js';
import type { SandboxAccountOptions, SandboxLimits, SandboxOptions } from './options.js';

/**
 * A scenario file: the world and what goes wrong in it, as JSON.
 *
 * | key | as in |
 * |---|---|
 * | `accounts`, `trustedDomains`, `unknownRecipients`, `limits` | {@link SandboxOptions} |
 * | `faults` | a list of {@link SandboxFault} |
 */
export interface SandboxScenario {
  readonly options: Pick<SandboxOptions, 'accounts' | 'trustedDomains' | 'unknownRecipients' | 'limits'>;
  readonly faults: readonly SandboxFault[];
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => typeof value === 'number' && value > 0;
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** Every key known, every value of its kind. */
function shape(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>>): Check {
  const all: Readonly<Record<string, Check>> = { ...required, ...optional };
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(required).every((key) => key in value) &&
    Object.entries(value).every(([key, inner]) => all[key]?.(inner) === true);
}

const isAccount = shape(
  { address: isText, kind: oneOf('personal', 'organisational', 'applicative', 'patient') },
  {
    label: isText,
    password: isText,
    state: oneOf('open', 'closed', 'full', 'delayed'),
    maxMessageBytes: isCount,
    quotaBytes: isCount,
    clientCertificate: (value) => typeof value === 'boolean',
  },
);
const isLimits = shape({}, { messageBytes: isCount, storageBytes: isCount, events: isCount, connections: isCount });
const isFault = shape(
  { server: oneOf('smtp', 'imap'), command: isText, action: oneOf('reply', 'disconnect', 'disconnect-after', 'stall') },
  { reply: isText, times: isCount, recipient: isText },
);

const keys: Readonly<Record<string, Check>> = {
  accounts: listOf(isAccount),
  trustedDomains: listOf(isText),
  unknownRecipients: oneOf('bounce', 'refuse'),
  limits: isLimits,
  faults: listOf(isFault),
};

interface ScenarioFile {
  readonly accounts?: readonly SandboxAccountOptions[];
  readonly trustedDomains?: readonly string[];
  readonly unknownRecipients?: 'bounce' | 'refuse';
  readonly limits?: Partial<SandboxLimits>;
  readonly faults?: readonly SandboxFault[];
}

const isScenario = (value: unknown): value is ScenarioFile => shape({}, keys)(value);

/**
 * Reads a scenario file.
 *
 * @throws MssError `ERR_MSS_SANDBOX_SCENARIO` not JSON, an unknown key, or a value of the wrong kind.
 */
export async function readScenario(path: string): Promise<SandboxScenario> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_SCENARIO', 'the scenario file cannot be read as JSON', { cause });
  }
  if (!isScenario(value)) {
    const found = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    const wrong = found.filter(([key, inner]) => keys[key]?.(inner) !== true).map(([key]) => key);
    throw new MssError<SandboxErrorCode>(
      'ERR_MSS_SANDBOX_SCENARIO',
      'the scenario file has a key that is unknown or whose value cannot be',
      { details: { keys: wrong } },
    );
  }
  const { faults = [], ...options } = value;
  return { options, faults };
}
