/** The XML namespaces of a French CDA R2 document. */
export const hl7Namespace = 'urn:hl7-org:v3';

/** HL7 US SDTC extensions: deceasedInd, multipleBirthInd … */
export const sdtcNamespace = 'urn:hl7-org:sdtc';

/** IHE laboratory extensions: statusCode of a service event. */
export const labNamespace = 'urn:oid:1.3.6.1.4.1.19376.1.3.2';

/** DICOM PS3.20 extension: accessionNumber of an order. */
export const dicomNamespace = 'urn:dicom-org:ps3-20';

/** XML Schema instance: xsi:type. */
export const xsiNamespace = 'http://www.w3.org/2001/XMLSchema-instance';
