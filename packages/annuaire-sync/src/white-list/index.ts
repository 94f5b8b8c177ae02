/** The white list of the domains of the trust space: référentiel §2.1.2. */
export {
  openWhiteList,
  type WhiteList,
  type WhiteListOptions,
  type WhiteListRefresh,
  type WhiteListRefreshOptions,
  type WhiteListStatus,
} from './white-list.js';
export { parseWhiteList, type WhiteListWarningCode } from './parse.js';
export { type WhiteListErrorCode } from './errors.js';
