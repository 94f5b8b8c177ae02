/**
 * XML of documents and of metadata: bounded strict reading into a small tree or as events, and writing.
 *
 * Référentiel #2 chapter 3.1 (CDA, METADATA.XML). XML 1.0 5th edition, Namespaces in XML 1.0 3rd edition.
 *
 * @packageDocumentation
 */
export { parseXml, type XmlParseOptions } from './parse.js';
export { readXmlEvents, type XmlHandler, type XmlReadOptions, type XmlStartTag, type XmlSummary } from './events.js';
export { attributeOf, childOf, childrenOf, descendantsOf, isElement, textOf } from './find.js';
export { xmlElement, type XmlName } from './build.js';
export { writeXml, type XmlWriteOptions } from './write.js';
export {
  xmlNamespace,
  type XmlAttribute,
  type XmlDocument,
  type XmlElement,
  type XmlNode,
  type XmlProcessingInstruction,
  type XmlWarningCode,
} from './types.js';
export { type XmlErrorCode } from '../errors.js';
