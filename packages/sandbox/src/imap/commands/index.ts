import type { ImapCommand } from '../command.js';
import { append } from './append.js';
import { authenticate } from './authenticate.js';
import { capability, enable, id, logout, namespace, noop, starttls } from './connection.js';
import { copy, move } from './copy.js';
import { expunge } from './expunge.js';
import { fetch } from './fetch.js';
import { create, deleteFolder, rename, subscribe, unsubscribe } from './folders.js';
import { idle } from './idle.js';
import { list, lsub } from './list.js';
import { login } from './login.js';
import { getQuota, getQuotaRoot } from './quota.js';
import { search } from './search.js';
import { check, close, examine, select, unselect } from './select.js';
import { status } from './status.js';
import { store } from './store.js';

const commands: ReadonlyMap<string, ImapCommand> = new Map(
  Object.entries({
    APPEND: append,
    AUTHENTICATE: authenticate,
    CAPABILITY: capability,
    CHECK: check,
    CLOSE: close,
    COPY: copy,
    CREATE: create,
    DELETE: deleteFolder,
    ENABLE: enable,
    EXAMINE: examine,
    EXPUNGE: expunge,
    FETCH: fetch,
    GETQUOTA: getQuota,
    GETQUOTAROOT: getQuotaRoot,
    ID: id,
    IDLE: idle,
    LIST: list,
    LOGIN: login,
    LOGOUT: logout,
    LSUB: lsub,
    MOVE: move,
    NAMESPACE: namespace,
    NOOP: noop,
    RENAME: rename,
    SEARCH: search,
    SELECT: select,
    STARTTLS: starttls,
    STATUS: status,
    STORE: store,
    SUBSCRIBE: subscribe,
    UNSELECT: unselect,
    UNSUBSCRIBE: unsubscribe,
  }),
);

const withUid: ReadonlySet<string> = new Set(['COPY', 'EXPUNGE', 'FETCH', 'MOVE', 'SEARCH', 'STORE']);

/** The command of a word in upper case; after `UID` only those that RFC 3501 §6.4.8, RFC 4315 and RFC 6851 name. */
export function findCommand(word: string, byUid: boolean): ImapCommand | undefined {
  return byUid && !withUid.has(word) ? undefined : commands.get(word);
}
