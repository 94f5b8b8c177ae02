import { isMssError, type MssError } from '@mss/core';
import { storeError, type StoreErrorCode } from '../errors.js';

/** SQLSTATE, or its class of two characters: https://www.postgresql.org/docs/15/errcodes-appendix.html */
const states: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  '08': ['ERR_MSS_STORE_UNAVAILABLE', 'the link to the database broke'],
  '22': ['ERR_MSS_STORE_VALUE', 'a value does not fit its column or function'],
  '23': ['ERR_MSS_STORE_CONSTRAINT', 'a constraint of the schema refuses the change'],
  '25006': ['ERR_MSS_STORE_READ_ONLY', 'the database, or the method, only reads'],
  '25P03': ['ERR_MSS_STORE_DEADLINE', 'the transaction stood idle for too long and was rolled back'],
  '28': ['ERR_MSS_STORE_REFUSED', 'the server refuses these credentials'],
  '3D000': ['ERR_MSS_STORE_REFUSED', 'the server has no such database'],
  '40001': ['ERR_MSS_STORE_BUSY', 'transactions kept colliding'],
  '40P01': ['ERR_MSS_STORE_BUSY', 'transactions kept waiting for each other'],
  '42': ['ERR_MSS_STORE_SQL', 'PostgreSQL cannot run the statement'],
  '42501': ['ERR_MSS_STORE_REFUSED', 'the role has no right to do this'],
  '53100': ['ERR_MSS_STORE_FULL', 'the disk of the database is full'],
  '53': ['ERR_MSS_STORE_UNAVAILABLE', 'the server has no resources left'],
  '54': ['ERR_MSS_STORE_VALUE', 'a value is larger than the database, or one of its indexes, takes'],
  '55P03': ['ERR_MSS_STORE_BUSY', 'another transaction holds the rows'],
  '57014': ['ERR_MSS_STORE_DEADLINE', 'the statement took too long and was cancelled'],
  '57': ['ERR_MSS_STORE_UNAVAILABLE', 'the server is stopping or starting'],
  '58': ['ERR_MSS_STORE_IO', 'the operating system of the server failed'],
  XX001: ['ERR_MSS_STORE_CORRUPT', 'the database is damaged'],
  XX002: ['ERR_MSS_STORE_CORRUPT', 'an index of the database is damaged'],
};

const constraints: Readonly<Record<string, string>> = {
  '23502': 'not-null',
  '23503': 'foreign-key',
  '23505': 'unique',
  '23514': 'check',
};

/** What tells a link that is gone from everything else, for Node and for pg. */
const lostLink =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|ENOTFOUND|EAI_AGAIN|ENOENT|ERR_STREAM_DESTROYED|ERR_SOCKET_CLOSED)$/;

interface DriverError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly constraint?: unknown;
  readonly table?: unknown;
  readonly column?: unknown;
  readonly errors?: unknown;
}

/**
 * What pg threw, as an error of this package.
 *
 * Its message, detail, hint and context stay behind, for they quote values ("Key (ins)=(…) already exists"); the message
 * is kept only for class 42, where the server speaks of the SQL text before it has seen a value. The connection string
 * appears nowhere.
 */
export function toStoreError(error: unknown): MssError<StoreErrorCode> {
  if (isMssError<StoreErrorCode>(error)) return error;
  const driverError = firstOf(error as DriverError);
  const { code, message } = driverError;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !lostLink.test(code)) return fromState(code, driverError);
  if (typeof code === 'string' && lostLink.test(code)) {
    return storeError('ERR_MSS_STORE_UNAVAILABLE', `the database cannot be reached (${code})`, { details: { systemCode: code } });
  }
  const text = String(message);
  if (
    /^(?:Connection terminated|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed)/.test(text)
  ) {
    return storeError('ERR_MSS_STORE_UNAVAILABLE', 'the link to the database broke');
  }
  if (/^(?:SASL|.*password|Unknown authentication)/i.test(text))
    return storeError('ERR_MSS_STORE_REFUSED', 'the credentials cannot be used with this server');
  if (text.includes('does not support SSL')) return storeError('ERR_MSS_STORE_OPEN', 'the server offers no TLS');
  const name = typeof code === 'string' && /^[A-Z_0-9]{1,60}$/.test(code) ? code : 'unknown';
  return storeError('ERR_MSS_STORE_OPEN', `the link to the database cannot be used (${name})`, { details: { driverCode: name } });
}

/** Node tries several addresses and reports them together. */
function firstOf(error: DriverError): DriverError {
  const [first] = Array.isArray(error.errors) ? (error.errors as DriverError[]) : [];
  return first ?? error;
}

function fromState(state: string, error: DriverError): MssError<StoreErrorCode> {
  const [code, sentence] = states[state] ?? states[state.slice(0, 2)] ?? ['ERR_MSS_STORE_SQL', 'PostgreSQL cannot run the statement'];
  const details: Record<string, unknown> = { sqlState: state };
  if (code === 'ERR_MSS_STORE_CONSTRAINT') {
    details['constraint'] = constraints[state] ?? 'other';
    for (const name of ['table', 'column'] as const) if (typeof error[name] === 'string') details[name] = error[name];
    if (typeof error.constraint === 'string') details['constraintName'] = error.constraint;
  }
  const text = code === 'ERR_MSS_STORE_SQL' && state.startsWith('42') ? `${sentence}: ${String(error.message)}` : sentence;
  return storeError(code, text, { details });
}

/** Whether the same transaction may succeed when it is run again at once. */
export function isCollision(error: unknown): boolean {
  return isMssError(error, 'ERR_MSS_STORE_BUSY') && ['40001', '40P01'].includes(String(error.details['sqlState']));
}
