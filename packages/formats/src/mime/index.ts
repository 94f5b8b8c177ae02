/**
 * Internet messages: a bounded, tolerant reader, addresses, and a strict writer.
 *
 * Référentiel #2 chapters 3.1 to 3.6. RFC 5322, RFC 2045 to 2047, RFC 2183, RFC 2231, RFC 6522, RFC 5890.
 *
 * @packageDocumentation
 */
export { parseMime, type MimeReadOptions } from './parse.js';
export { type MimeHeader, type MimeMessage, type MimePart, type MimeWarningCode } from './types.js';
export { parseHeaderParameters, type HeaderParameters } from './parameters.js';
export { decodeHeaderWords } from './encoded-words.js';
export { parseAddressList, type MailAddress } from './address-list.js';
export { formatAddress } from './format-address.js';
export { ensureMssAddress, equalAddresses, formatMssAddress, isMssAddress, parseMssAddress, type MssAddress } from './mss-address.js';
export { toAsciiDomain, toUnicodeDomain } from './domain.js';
export { findBareNewline } from './bare-newline.js';
export { formatMailDate, parseMailDate } from './date.js';
export { createMessageId, parseMessageIds } from './message-id.js';
export { encodeHeaderText, type HeaderTextOptions } from './encode-header.js';
export { encodeLegacyParameter, encodeParameter } from './encode-parameter.js';
export { addressHeader, dateHeader, messageIdHeader, plainHeader, textHeader, type MimeHeaderDraft } from './header-fields.js';
export { writeMime, type MimeWriteOptions } from './write.js';
export { type MimePartDraft } from './draft.js';
export { type MimeErrorCode } from '../errors.js';
