/** Why XML was refused. */
export type XmlErrorCode =
  /** A DOCTYPE declaration: entities, external subsets and their attacks come with it. */
  | 'ERR_MSS_XML_DOCTYPE'
  /** Not well-formed, or a namespace prefix that nothing declares. */
  | 'ERR_MSS_XML_MALFORMED'
  /** More bytes, levels, nodes, attributes or attribute characters than the limits allow; `details.limit` says which. */
  | 'ERR_MSS_XML_LIMIT'
  /** An encoding that is not read, or bytes that are not text in the encoding they claim. */
  | 'ERR_MSS_XML_ENCODING'
  /** A tree that XML 1.0 cannot express was to be written. */
  | 'ERR_MSS_XML_WRITE';

/** Why an archive was refused. */
export type ZipErrorCode =
  /** No end of central directory was found. */
  | 'ERR_MSS_ZIP_NOT_A_ZIP'
  /** An archive without entries. */
  | 'ERR_MSS_ZIP_EMPTY'
  /** The directory or an entry reaches beyond the bytes that are there. */
  | 'ERR_MSS_ZIP_TRUNCATED'
  /** The central directory, or a local header, contradicts itself or the other. */
  | 'ERR_MSS_ZIP_INCONSISTENT'
  /** An archive in several volumes. */
  | 'ERR_MSS_ZIP_MULTI_DISK'
  /** ZIP64 fields that say more than this reader can address, or that contradict themselves. */
  | 'ERR_MSS_ZIP_ZIP64'
  /** Two entries whose names are equal once case is folded and "\" is read as "/". */
  | 'ERR_MSS_ZIP_DUPLICATE_ENTRY'
  /** An encrypted entry or an encrypted directory. */
  | 'ERR_MSS_ZIP_ENCRYPTED'
  /** Two entries share bytes of the archive. */
  | 'ERR_MSS_ZIP_OVERLAP'
  /** A name that is absolute, climbs with "..", has a drive letter, a control character, or is too long or too deep. */
  | 'ERR_MSS_ZIP_UNSAFE_NAME'
  /** A symbolic link, a device or another entry that is neither file nor folder. */
  | 'ERR_MSS_ZIP_UNSAFE_TYPE'
  /** More inflated bytes per compressed byte than the limit allows. */
  | 'ERR_MSS_ZIP_RATIO'
  | 'ERR_MSS_ZIP_TOO_MANY_ENTRIES'
  /** The archive, one entry or all entries together are over their limit; `details.limit` says which. */
  | 'ERR_MSS_ZIP_TOO_LARGE'
  /** A compression method that is neither stored (0) nor deflate (8). */
  | 'ERR_MSS_ZIP_METHOD'
  /** The compressed bytes are not a deflate stream. */
  | 'ERR_MSS_ZIP_DEFLATE'
  /** The content has another CRC-32 than the directory says. */
  | 'ERR_MSS_ZIP_CRC'
  /** The content has another size than the directory says. */
  | 'ERR_MSS_ZIP_SIZE'
  /** An archive that ZIP cannot express without ZIP64, or with an unsafe or repeated name, was to be written. */
  | 'ERR_MSS_ZIP_WRITE';

/** Why a message, an address or a header was refused. */
export type MimeErrorCode =
  /** More bytes, header bytes, parts or levels than the limits allow; `details.limit` says which. */
  | 'ERR_MSS_MIME_LIMIT'
  /** Nothing that can be read as a message: empty, or without one header field. */
  | 'ERR_MSS_MIME_NOT_A_MESSAGE'
  /** Text that must be one e-mail address and is not. */
  | 'ERR_MSS_MIME_ADDRESS_INVALID'
  /** A header value with a line break or another control character was to be written. */
  | 'ERR_MSS_MIME_HEADER_INJECTION'
  /** A draft that cannot be written as a message: a bad header name, a multipart without parts, an 8-bit address … */
  | 'ERR_MSS_MIME_WRITE';
