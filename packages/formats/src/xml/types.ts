/** One attribute of an element; declarations of namespaces are not attributes here. */
export interface XmlAttribute {
  /** Namespace URI, `''` for none. */
  readonly namespace: string;
  /** Local name. */
  readonly name: string;
  readonly value: string;
}

/** One element with everything below it. */
export interface XmlElement {
  /** Namespace URI, `''` for none. */
  readonly namespace: string;
  /** Local name. */
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
}

/** An element, or character data: references decoded, CDATA sections merged with the text around them, comments gone. */
export type XmlNode = XmlElement | string;

/** `<?target data?>` */
export interface XmlProcessingInstruction {
  readonly target: string;
  readonly data: string;
}

/** One document as it was read. */
export interface XmlDocument {
  readonly root: XmlElement;
  /** The encoding that was used to read, in lower case: `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, `iso-8859-15`. */
  readonly encoding: string;
  /** Those before the root, in order (`xml-stylesheet`, for example). They are data: nothing is fetched. */
  readonly instructions: readonly XmlProcessingInstruction[];
}

/** What the XML reader tolerated. */
export type XmlWarningCode =
  /** A UTF-8 byte order mark before the document. */
  | 'XML_BOM'
  /** Another encoding than UTF-8. */
  | 'XML_ENCODING'
  /** The declaration names another encoding than that of the bytes. */
  | 'XML_ENCODING_MISMATCH'
  /** White space before the first markup. */
  | 'XML_LEADING_SPACE'
  /** XML 1.1, read by the rules of XML 1.0. */
  | 'XML_VERSION';

/** Names of the namespaces that XML itself fixes. */
export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

/** Namespace of the declarations of namespaces. */
export const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/';
