// Odd archives that a reader accepts: the name is the code that it must report, "OK" when there is nothing to report
// beside the test identity.
import { autoPresentable, basile, camille, cda, documentOf, layout, metadata, patientIdOf, plain, renamed, sha1 } from './xdm-parts.mjs';
import { rawZip } from './xdm-raw-zip.mjs';

const lower = (name) => name.toLowerCase();
const without = (entries, name) => entries.filter((entry) => entry.name !== name);
const plus = (entries, ...more) => [...entries, ...more];
const document = cda();

function twoDocuments() {
  const second = cda({ id: '2.25.84020002', text: 'Seconde consultation.' });
  const entries = [documentOf(document), documentOf(second, { number: 2, uniqueId: '2.25.84020002' })];
  return layout(metadata(entries), { 'DOC0001.XML': document, 'DOC0002.XML': second });
}

function twoSubsets() {
  const second = cda({ id: '2.25.84020002', text: 'Seconde consultation.' });
  const other = metadata([documentOf(second, { number: 2, uniqueId: '2.25.84020002', uri: 'DOC0001.XML' })], {
    set: { id: 'urn:uuid:3d813cbb-47fb-42ba-91df-831e1593ac30' },
  });
  return plus(plain(), { name: 'IHE_XDM/SUBSET02/METADATA.XML', bytes: other }, { name: 'IHE_XDM/SUBSET02/DOC0001.XML', bytes: second });
}

function withStylesheet() {
  const cited = cda({ declaration: '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/xsl" href="FSTYLE.XSL"?>\n' });
  return plain(
    {},
    { document: cited, files: { 'FSTYLE.XSL': '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>' } },
  );
}

/** Addresses that a careless reader would ask for: a schema, a stylesheet, a link and a reference. */
function fetching() {
  const address = 'http://192.0.2.1/rien';
  const declaration = `<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/xsl" href="${address}.xsl"?>\n`;
  const bytes = Buffer.from(
    cda({ text: `<linkHtml href="${address}">lien</linkHtml>` })
      .toString('utf8')
      .replace('<ClinicalDocument ', `<ClinicalDocument xsi:schemaLocation="urn:hl7-org:v3 ${address}.xsd" `),
  );
  return plain({}, { document: bytes, metadata: { declaration } });
}

const pngCalledJpeg =
  '<entry><observationMedia classCode="OBS" moodCode="EVN" ID="image"><value mediaType="image/jpeg" representation="B64">iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABc3UBGAAAAABJRU5ErkJggg==</value></observationMedia></entry>';

function escaped() {
  const patient = {
    ...camille,
    birthName: 'DE LA BORDE & FILS',
    given: 'Anne^Lise',
    allGiven: 'Anne^Lise',
    usualName: 'O|N~A\\D',
    usualGiven: 'Anne^Lise',
  };
  const bytes = cda({ patient });
  return plain({ patient }, { document: bytes });
}

const metadataIn = (encode) => (bytes) => encode(bytes.toString('utf8'));
const latin1 = metadataIn((text) => Buffer.from(text.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"'), 'latin1'));
const utf16 = metadataIn((text) =>
  Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text.replace('encoding="UTF-8"', 'encoding="UTF-16"'), 'utf16le')]),
);
const recoded = (encode) => {
  const entries = plain();
  return entries.map((entry) => (entry.name.endsWith('METADATA.XML') ? { ...entry, bytes: encode(entry.bytes) } : entry));
};
const bom = (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
const folder = `<RegistryPackage xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" id="urn:uuid:77777777-0000-4000-8000-000000000001"><Classification id="c-folder" classificationNode="urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2" classifiedObject="urn:uuid:77777777-0000-4000-8000-000000000001"/></RegistryPackage>`;
const elsewhere = 'urn:uuid:3d813cbb-47fb-42ba-91df-831e1593ac29';
const wrongKey = { ...camille, ins: `${camille.ins.slice(0, 13)}${camille.ins.endsWith('01') ? '02' : '01'}` };
const noIns = { ...camille, ins: null };

/** File name without extension → bytes. */
export const success = {
  'OK--plain': rawZip(plain()),
  'OK--data-descriptors': rawZip(plain().map((entry) => ({ ...entry, dataDescriptor: entry.bytes !== '', madeBy: 3 }))),
  'OK--no-folder-entries': rawZip(plain().filter((entry) => entry.bytes !== '')),
  'OK--stored': rawZip(plain().map((entry) => ({ ...entry, method: 0 }))),
  'OK--archive-comment': rawZip(plain(), { comment: 'PK\u0005\u0006 is not the end' }),
  'OK--zip64-end-record': rawZip(plain(), { zip64: true }),
  'OK--utf-8-flag': rawZip(plain().map((entry) => ({ ...entry, flags: 0x800 }))),
  'OK--standalone-declaration': rawZip(
    plain({}, { metadata: { declaration: '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<!-- made by hand -->\r\n' } }),
  ),
  'OK--schema-location-and-stylesheet-are-not-fetched': rawZip(fetching()),
  'CDA_MEDIA_TYPE--png-called-jpeg': rawZip(plain({}, { document: cda({ text: 'Image', entries: pngCalledJpeg }) })),
  'OK--lower-case-hash': rawZip(plain({ hash: sha1(document).toLowerCase() })),
  'OK--two-documents': rawZip(twoDocuments()),
  'OK--stylesheet-beside': rawZip(withStylesheet()),
  'OK--escaped-names': rawZip(escaped()),
  'OK--man-without-usual-name': rawZip(
    layout(metadata([documentOf(cda({ patient: basile }), { patient: basile })], { set: { patientId: patientIdOf(basile) } }), {
      'DOC0001.XML': cda({ patient: basile }),
    }),
  ),
  'OK--no-xml-declaration': rawZip(plain({}, { metadata: { declaration: '' } })),
  'OK--submission-set-classified-beside': rawZip(plain({}, { metadata: { set: { classifiedBeside: true } } })),
  'OK--identifiers-beside': rawZip(plain({ identifiersBeside: true })),
  'OK--names-of-patient-traits-differ-in-case': rawZip(
    plain({ patient: { ...camille, birthName: 'Duvernois', given: 'CAMILLE', allGiven: 'CAMILLE JEANNE' } }),
  ),
  CDA_AUTO_PRESENTABLE: rawZip(plain({ mimeType: 'application/xslt+xml' }, { document: autoPresentable() })),
  XDM_ASSOCIATION_MISSING: rawZip(plain({}, { metadata: { associations: false } })),
  XDM_ATTRIBUTE_REPEATED: rawZip(plain({ classes: ['10', '11'] })),
  XDM_CLASSIFIED_OBJECT: rawZip(plain({ classifiedObject: elsewhere })),
  'XDM_DOCUMENT_NOT_CDA--pdf': rawZip(plain({ uri: 'DOC0001.PDF', mimeType: 'application/pdf' }, { document: pdf, name: 'DOC0001.PDF' })),
  'XDM_DOCUMENT_NOT_CDA--other-xml': rawZip(
    plain({}, { document: Buffer.from('<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>') }),
  ),
  XDM_EBRS_21: rawZip(plain({}, { metadata: { form: '2.1' } })),
  XDM_FOLDER_IGNORED: rawZip(plain({}, { metadata: { after: folder } })),
  XDM_HASH_MISSING: rawZip(plain({ hash: null })),
  'XDM_IDENTIFIER_NAME--misspelt-source-id': rawZip(plain({}, { metadata: { set: { sourceIdName: 'XDSSumissionSet.sourceId' } } })),
  XDM_INDEX_MISSING: rawZip(without(plain(), 'INDEX.HTM')),
  XDM_INS_KEY: rawZip(
    plain({ patient: wrongKey }, { document: cda({ patient: wrongKey }), metadata: { set: { patientId: patientIdOf(wrongKey) } } }),
  ),
  XDM_INS_MALFORMED: rawZip(
    plain(
      { patient: { ...camille, ins: '12345' } },
      {
        document: cda({ patient: { ...camille, ins: '12345' } }),
        metadata: { set: { patientId: patientIdOf({ ...camille, ins: '12345' }) } },
      },
    ),
  ),
  XDM_INS_TEST_OID: rawZip(plain()),
  'XDM_JUNK_ENTRY--macos': rawZip(
    plus(
      plain(),
      { name: '__MACOSX/IHE_XDM/._METADATA.XML', bytes: 'x' },
      { name: '.DS_Store', bytes: 'x' },
      { name: 'IHE_XDM/SUBSET01/.DS_Store', bytes: 'x' },
    ),
  ),
  'XDM_JUNK_ENTRY--subversion-and-editor': rawZip(
    plus(plain(), { name: 'IHE_XDM/.svn/entries', bytes: '8' }, { name: 'IHE_XDM/SUBSET01/.METADATA.XML.swp', bytes: 'x' }),
  ),
  'XDM_METADATA_NAME--only-metadata': rawZip(renamed(plain(), (name) => name.replace('SUBSET01/METADATA', 'SUBSET01METADATA'))),
  'XDM_METADATA_NAME--all-glued': rawZip(renamed(without(plain(), 'IHE_XDM/SUBSET01/'), (name) => name.replace('SUBSET01/', 'SUBSET01'))),
  XDM_METADATA_NAMESPACE: rawZip(plain({}, { metadata: { namespace: 'urn:example:registry' } })),
  'XDM_NAME_CASE--lower-case': rawZip(renamed(plain(), lower)),
  'XDM_NAME_CASE--mixed': rawZip(
    renamed(plain(), (name) => name.replace('METADATA.XML', 'Metadata.xml').replace('INDEX.HTM', 'index.htm')),
  ),
  'XDM_NAME_CASE--index-html': rawZip(renamed(plain(), (name) => name.replace('INDEX.HTM', 'index.html'))),
  XDM_NESTED_ROOT: rawZip(renamed(plain(), (name) => `envoi-0042/${name}`)),
  XDM_NO_SUBSET_FOLDER: rawZip(renamed(without(plain(), 'IHE_XDM/SUBSET01/'), (name) => name.replace('SUBSET01/', ''))),
  XDM_PACKAGE_REPEATED: rawZip(plus(plain(), ...renamed(plain(), (name) => `copie/${name}`))),
  XDM_PATIENT_ID_MISSING: rawZip(plain({ patientId: null }, { metadata: { set: { patientId: null } } })),
  XDM_PATIENT_ID_NOT_INS: rawZip(
    plain({ patient: noIns }, { document: cda({ patient: noIns }), metadata: { set: { patientId: patientIdOf(noIns) } } }),
  ),
  XDM_README_MISSING: rawZip(without(plain(), 'README.TXT')),
  XDM_README_NOT_ASCII: rawZip(
    plain().map((entry) => (entry.name === 'README.TXT' ? { ...entry, bytes: Buffer.from('Émetteur : cabinet\r\n') } : entry)),
  ),
  XDM_REGISTRY_OBJECT: rawZip(plain({ registryObject: 'b576aac4-33be-4875-b875-f8ee50bf66e0' })),
  XDM_SEVERAL_SUBSETS: rawZip(twoSubsets()),
  XDM_SIZE_MISSING: rawZip(plain({ size: null })),
  XDM_SOURCE_PATIENT_INFO_MISSING: rawZip(plain({ sourcePatientInfo: [] })),
  XDM_SUBMISSION_SET_UNCLASSIFIED: rawZip(plain({}, { metadata: { set: { classified: false } } })),
  XDM_SUBSET_WITHOUT_METADATA: rawZip(plus(plain(), { name: 'IHE_XDM/SUBSET02/DOC0001.XML', bytes: document })),
  XDM_UNDESCRIBED_FILE: rawZip(plus(plain(), { name: 'IHE_XDM/SUBSET01/DOC0002.XML', bytes: document })),
  'XDM_UNDESCRIBED_FILE--with-a-name': rawZip(plus(plain(), { name: 'IHE_XDM/SUBSET01/DUVERNOIS_Camille_1984.pdf', bytes: pdf })),
  'ZIP_NAME_BACKSLASH--with-a-name': rawZip(plus(plain(), { name: 'IHE_XDM\\SUBSET01\\GRANGEVAL_Basile.pdf', bytes: pdf })),
  XDM_UNEXPECTED_ENTRY: rawZip(plus(plain(), { name: 'AUTORUN.INF', bytes: '[autorun]' })),
  XDM_UNIQUE_ID_DIFFERS: rawZip(plain({ uniqueId: '2.25.1' })),
  XDM_URI_CASE: rawZip(plain({ uri: 'doc0001.xml' })),
  'XDM_URI_MISSING--found-by-hash': rawZip(plain({ uri: null }, { files: { 'LOGO.PNG': 'x' } })),
  'XDM_URI_MISSING--only-file': rawZip(plain({ uri: null, hash: null, size: null })),
  'XDM_URI_PATH--from-the-root': rawZip(plain({ uri: 'IHE_XDM/SUBSET01/DOC0001.XML' })),
  'XDM_URI_PATH--backslashes': rawZip(plain({ uri: 'SUBSET01\\DOC0001.XML' })),
  XDM_URI_WRONG: rawZip(plain({ uri: 'RAPPORT.XML' })),
  XDM_UUID_PREFIX: rawZip(plain({ id: 'urn:uuid:urn:uuid:6f9619ff-8b86-4d01-b42d-00cf4fc96401' })),
  'XML_BOM--metadata': rawZip(recoded(bom)),
  'XML_BOM--document': rawZip(plain({}, { document: bom(document) })),
  'XML_ENCODING--iso-8859-1': rawZip(recoded(latin1)),
  'XML_ENCODING--utf-16': rawZip(recoded(utf16)),
  XML_LEADING_SPACE: rawZip(plain({}, { metadata: { before: '   \r\n  ', declaration: '' } })),
  ZIP_LEADING_BYTES: rawZip(plain(), { leading: 'MZ self-extracting stub ' }),
  ZIP_NAME_BACKSLASH: rawZip(
    renamed(
      plain().filter((entry) => entry.bytes !== ''),
      (name) => name.replaceAll('/', '\\'),
    ),
  ),
  ZIP_NAME_CP437: rawZip(plus(plain(), { name: Buffer.from('NOTE\x82.TXT', 'latin1'), bytes: 'x' })),
  ZIP_NAME_NORMALISED: rawZip(renamed(plain(), (name) => `./${name}`)),
  ZIP_TRAILING_BYTES: rawZip(plain(), { trailing: '\r\n' }),
};
