// Archives that a reader refuses, or whose verdict is negative: the name is the code.
import { deflateRawSync } from 'node:zlib';
import {
  basile,
  camille,
  cda,
  documentOf,
  layout,
  metadata,
  patientIdOf,
  plain,
  renamed,
  sha1,
  sourcePatientInfoOf,
  withKey,
} from './xdm-parts.mjs';
import { rawZip } from './xdm-raw-zip.mjs';

const document = cda();
const plus = (entries, ...more) => [...entries, ...more];
const where = (entries, end, change) => entries.map((entry) => (entry.name.endsWith(end) ? { ...entry, ...change(entry) } : entry));
const metadataFrom = (change) => where(plain(), 'METADATA.XML', (entry) => ({ bytes: Buffer.from(change(entry.bytes.toString('utf8'))) }));
const withDoctype = (text, doctype) => text.replace('?>\n', `?>\n${doctype}\n`);
const xxe = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>';
const laughs = `<!DOCTYPE x [<!ENTITY a "ha">${Array.from('bcdefgh')
  .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefg'[at]};`.repeat(10)}">`)
  .join('')}]>`;
const deep = (depth) => '<Slot>'.repeat(depth) + '</Slot>'.repeat(depth);
const rim = 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0';
const external = `<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="http://127.0.0.1:9/never"/>`;

function pair(second, changes = {}, options = {}) {
  const bytes = second;
  return layout(metadata([documentOf(document), documentOf(bytes, { number: 2, uniqueId: '2.25.84020002', ...changes })], options), {
    'DOC0001.XML': document,
    'DOC0002.XML': bytes,
  });
}

function subsetsOfTwoPatients() {
  const bytes = cda({ patient: basile, id: '2.25.84020002' });
  const other = metadata([documentOf(bytes, { patient: basile, number: 2, uri: 'DOC0001.XML', uniqueId: '2.25.84020002' })], {
    set: { id: 'urn:uuid:3d813cbb-47fb-42ba-91df-831e1593ac30', patientId: patientIdOf(basile) },
  });
  return plus(plain(), { name: 'IHE_XDM/SUBSET02/METADATA.XML', bytes: other }, { name: 'IHE_XDM/SUBSET02/DOC0001.XML', bytes });
}

const twin = { ...camille, given: 'Coralie', allGiven: 'Coralie', usualGiven: 'Coralie', ins: withKey('2840275123457') };
const nobody = { patientId: null, sourcePatientId: null, sourcePatientInfo: [] };
const unix = (mode) => ({ madeBy: 3, attributes: (mode << 16) >>> 0 });
const crlf = (bytes) => Buffer.from(bytes.toString('utf8').replaceAll('\n', '\r\n'));
const bomb = Buffer.alloc(4 * 1024 * 1024, 0x20);
const zeros = deflateRawSync(Buffer.alloc(300_000));
const manyEntries = `<ExtrinsicObject xmlns="${rim}" id="x"/>`.repeat(1100);

/** The content of one entry is the whole record of the next: one byte of the archive counts twice. */
function entryInsideAnEntry() {
  const inner = { name: 'IHE_XDM/SUBSET01/DOC0003.XML', bytes: document, method: 0 };
  const record = rawZip([inner]).subarray(0, 30 + inner.name.length + document.length);
  const outer = { name: 'IHE_XDM/SUBSET01/DOC0002.XML', bytes: record, method: 0 };
  return rawZip(plus(plain(), outer, { ...inner, sharedWith: (offsets) => offsets.at(-1) + 30 + outer.name.length }));
}

/** File name without extension → bytes. */
export const failure = {
  'ERR_MSS_ZIP_NOT_A_ZIP--text': Buffer.from('This is not an archive.\r\n'),
  'ERR_MSS_ZIP_NOT_A_ZIP--nothing': Buffer.alloc(0),
  'ERR_MSS_ZIP_NOT_A_ZIP--xml': document,
  'ERR_MSS_ZIP_TRUNCATED--end-cut-off': rawZip(plain(), { cut: -30 }),
  ERR_MSS_ZIP_EMPTY: rawZip([]),
  'ERR_MSS_ZIP_OVERLAP--content-over-the-directory': rawZip(
    where(plain(), 'DOC0001.XML', () => ({ compressedSize: 90_000, size: 95_000 })),
  ),
  'ERR_MSS_ZIP_INCONSISTENT--count': rawZip(plain(), { count: 3 }),
  'ERR_MSS_ZIP_INCONSISTENT--local-name': rawZip(where(plain(), 'DOC0001.XML', () => ({ localName: 'IHE_XDM/SUBSET01/DOC9999.XML' }))),
  ERR_MSS_ZIP_MULTI_DISK: rawZip(plain(), { disk: 1 }),
  'ERR_MSS_ZIP_DUPLICATE_ENTRY--same-name': rawZip(
    plus(plain(), { name: 'IHE_XDM/SUBSET01/DOC0001.XML', bytes: cda({ patient: basile }) }),
  ),
  'ERR_MSS_ZIP_DUPLICATE_ENTRY--case': rawZip(plus(plain(), { name: 'IHE_XDM/SUBSET01/metadata.xml', bytes: 'x' })),
  'ERR_MSS_ZIP_DUPLICATE_ENTRY--separator': rawZip(plus(plain(), { name: 'IHE_XDM\\SUBSET01\\DOC0001.XML', bytes: 'x' })),
  ERR_MSS_ZIP_ENCRYPTED: rawZip(where(plain(), 'DOC0001.XML', () => ({ flags: 1 }))),
  'ERR_MSS_ZIP_OVERLAP--entry-inside-an-entry': entryInsideAnEntry(),
  'ERR_MSS_ZIP_UNSAFE_NAME--climbing': rawZip(plus(plain(), { name: '../../etc/cron.d/x', bytes: 'x' })),
  'ERR_MSS_ZIP_UNSAFE_NAME--backslash-climbing': rawZip(plus(plain(), { name: '..\\..\\x', bytes: 'x' })),
  'ERR_MSS_ZIP_UNSAFE_NAME--absolute': rawZip(plus(plain(), { name: '/etc/passwd', bytes: 'x' })),
  'ERR_MSS_ZIP_UNSAFE_NAME--drive': rawZip(plus(plain(), { name: 'C:/x', bytes: 'x' })),
  'ERR_MSS_ZIP_UNSAFE_NAME--nul': rawZip(plus(plain(), { name: 'README.TXT\u0000.EXE', bytes: 'x' })),
  'ERR_MSS_ZIP_UNSAFE_NAME--too-deep': rawZip(plus(plain(), { name: `${'a/'.repeat(40)}x`, bytes: 'x' })),
  'ERR_MSS_ZIP_UNSAFE_TYPE--symbolic-link': rawZip(
    plus(plain(), { name: 'IHE_XDM/SUBSET01/LINK.XML', bytes: '/etc/passwd', ...unix(0o120777) }),
  ),
  ERR_MSS_ZIP_RATIO: rawZip(where(plain(), 'DOC0001.XML', () => ({ bytes: bomb }))),
  'ERR_MSS_ZIP_METHOD--bzip2': rawZip(where(plain(), 'DOC0001.XML', (entry) => ({ method: 12, compressed: entry.bytes }))),
  ERR_MSS_ZIP_DEFLATE: rawZip(where(plain(), 'DOC0001.XML', () => ({ compressed: Buffer.alloc(400, 0xff) }))),
  ERR_MSS_ZIP_CRC: rawZip(where(plain(), 'DOC0001.XML', () => ({ crc32: 0x1234 }))),
  'ERR_MSS_ZIP_SIZE--more-than-declared': rawZip(where(plain(), 'DOC0001.XML', () => ({ compressed: zeros, size: 5000 }))),
  'ERR_MSS_XDM_NO_METADATA--no-ihe-xdm-folder': rawZip(
    renamed(
      plain().filter((entry) => entry.name !== 'IHE_XDM/'),
      (name) => name.replace('IHE_XDM/', ''),
    ),
  ),
  'ERR_MSS_XDM_NO_METADATA--documents-only': rawZip(plain().filter((entry) => !entry.name.endsWith('METADATA.XML'))),
  'ERR_MSS_XDM_NO_METADATA--archive-in-an-archive': rawZip([{ name: 'IHE_XDM.ZIP', bytes: rawZip(plain()), method: 0 }]),
  'ERR_MSS_XDM_NO_METADATA--only-junk': rawZip([{ name: '__MACOSX/IHE_XDM/SUBSET01/METADATA.XML', bytes: 'x' }]),
  'ERR_MSS_XDM_AMBIGUOUS_METADATA--glued-beside': rawZip(plus(plain(), { name: 'IHE_XDM/SUBSET01METADATA.XML', bytes: metadata([]) })),
  'ERR_MSS_XDM_AMBIGUOUS_METADATA--bare-beside': rawZip(plus(plain(), { name: 'IHE_XDM/METADATA.XML', bytes: metadata([]) })),
  'ERR_MSS_XDM_AMBIGUOUS_METADATA--two-packages': rawZip(
    plus(plain(), ...renamed(plain({ patient: basile }, { document: cda({ patient: basile }) }), (name) => `copie/${name}`)),
  ),
  'ERR_MSS_XML_DOCTYPE--external-entity': rawZip(metadataFrom((text) => withDoctype(text, xxe))),
  'ERR_MSS_XML_DOCTYPE--billion-laughs': rawZip(metadataFrom((text) => withDoctype(text, laughs))),
  'ERR_MSS_XML_MALFORMED--cut': rawZip(metadataFrom((text) => text.slice(0, 1500))),
  'ERR_MSS_XML_MALFORMED--crossed-tags': rawZip(metadataFrom((text) => text.replace('</ValueList></Slot>', '</Slot></ValueList>'))),
  'ERR_MSS_XML_MALFORMED--empty': rawZip(metadataFrom(() => '')),
  'ERR_MSS_XML_LIMIT--depth': rawZip(metadataFrom((text) => text.replace('</RegistryObjectList>', `${deep(400)}</RegistryObjectList>`))),
  'ERR_MSS_XML_LIMIT--attribute': rawZip(
    metadataFrom((text) => text.replace('mimeType="text/xml"', `mimeType="${'text/xml '.repeat(9000)}"`)),
  ),
  'ERR_MSS_XML_LIMIT--attributes': rawZip(
    metadataFrom((text) => text.replace('mimeType="text/xml"', Array.from({ length: 200 }, (_, at) => `a${at}="x"`).join(' '))),
  ),
  ERR_MSS_XML_ENCODING: rawZip(
    where(plain(), 'METADATA.XML', (entry) => ({
      bytes: Buffer.concat([entry.bytes.subarray(0, 200), Buffer.from([0xff]), entry.bytes.subarray(200)]),
    })),
  ),
  'ERR_MSS_XDM_METADATA_INVALID--other-xml': rawZip(metadataFrom(() => '<note>METADATA</note>')),
  'ERR_MSS_XDM_METADATA_INVALID--include': rawZip(metadataFrom(() => `<r>${external}</r>`)),
  ERR_MSS_XDM_TOO_MANY_OBJECTS: rawZip(
    metadataFrom((text) => text.replace('</RegistryObjectList>', `${manyEntries}</RegistryObjectList>`)),
  ),
  ERR_MSS_XDM_NO_PATIENT: rawZip(plain(nobody, { metadata: { set: { patientId: null } } })),
  'ERR_MSS_XDM_NO_PATIENT--empty-list': rawZip(metadataFrom(() => `<RegistryObjectList xmlns="${rim}"/>`)),
  ERR_MSS_XDM_NO_DOCUMENTS: rawZip(layout(metadata([]), {})),
  'ERR_MSS_XDM_TWO_PATIENTS--two-documents': rawZip(pair(cda({ patient: basile, id: '2.25.84020002' }), { patient: basile })),
  'ERR_MSS_XDM_TWO_PATIENTS--set-and-document': rawZip(plain({}, { metadata: { set: { patientId: patientIdOf(basile) } } })),
  'ERR_MSS_XDM_TWO_PATIENTS--two-subsets': rawZip(subsetsOfTwoPatients()),
  'ERR_MSS_XDM_TWO_PATIENTS--twins': rawZip(pair(cda({ patient: twin, id: '2.25.84020002' }), { patient: twin })),
  ERR_MSS_XDM_DOCUMENT_MISSING: rawZip(plain().filter((entry) => !entry.name.endsWith('DOC0001.XML'))),
  'ERR_MSS_XDM_DOCUMENT_MISSING--second': rawZip(pair(cda({ id: '2.25.84020002' })).filter((entry) => !entry.name.endsWith('DOC0002.XML'))),
  'ERR_MSS_XDM_DOCUMENT_MISSING--in-another-subset': rawZip(
    renamed(plain(), (name) => name.replace('SUBSET01/DOC0001', 'SUBSET02/DOC0001')),
  ),
  ERR_MSS_XDM_DOCUMENT_AMBIGUOUS: rawZip(
    plain({ uri: null, hash: null, size: null }, { files: { 'DOC0002.XML': cda({ id: '2.25.84020002' }) } }),
  ),
  ERR_MSS_XDM_DOCUMENT_DESCRIBED_TWICE: rawZip(
    layout(metadata([documentOf(document), documentOf(document, { number: 2, uri: 'DOC0001.XML' })]), { 'DOC0001.XML': document }),
  ),
  'ERR_MSS_XDM_URI_UNSAFE--climbing': rawZip(plain({ uri: '../../README.TXT' })),
  'ERR_MSS_XDM_URI_UNSAFE--encoded-climbing': rawZip(plain({ uri: '%2e%2e/SUBSET01/DOC0001.XML' })),
  'ERR_MSS_XDM_URI_UNSAFE--address': rawZip(plain({ uri: 'http://127.0.0.1:9/DOC0001.XML' })),
  'ERR_MSS_XDM_URI_UNSAFE--file': rawZip(plain({ uri: 'file:///etc/passwd' })),
  ERR_MSS_XDM_HASH_MISMATCH: rawZip(plain({ hash: sha1(Buffer.from('another document')) })),
  'ERR_MSS_XDM_HASH_MISMATCH--same-size': rawZip(plain({ hash: sha1(cda({ text: 'Examen clinique anormal' })) })),
  'ERR_MSS_XDM_HASH_MISMATCH--line-ends': rawZip(
    plain({ hash: sha1(document), size: String(crlf(document).length) }, { document: crlf(document) }),
  ),
  'ERR_MSS_XDM_HASH_MISMATCH--not-hexadecimal': rawZip(plain({ hash: 'azjfklqsdf' })),
  ERR_MSS_XDM_SIZE_MISMATCH: rawZip(plain({ size: String(document.length + 1) })),
  'ERR_MSS_XDM_IDENTITY_MISMATCH--ins': rawZip(plain({}, { document: cda({ patient: { ...camille, ins: basile.ins } }) })),
  'ERR_MSS_XDM_IDENTITY_MISMATCH--birth-name': rawZip(plain({}, { document: cda({ patient: { ...camille, birthName: 'DUVERNAY' } }) })),
  'ERR_MSS_XDM_IDENTITY_MISMATCH--given-name': rawZip(
    plain({}, { document: cda({ patient: { ...camille, given: 'Coralie', allGiven: 'Coralie Jeanne' } }) }),
  ),
  'ERR_MSS_XDM_IDENTITY_MISMATCH--birth-date': rawZip(plain({}, { document: cda({ patient: { ...camille, birthDate: '19840228' } }) })),
  'ERR_MSS_XDM_IDENTITY_MISMATCH--sex': rawZip(plain({}, { document: cda({ patient: { ...camille, sex: 'M' } }) })),
  'ERR_MSS_XDM_IDENTITY_MISMATCH--inside-metadata': rawZip(
    pair(cda({ id: '2.25.84020002' }), { sourcePatientInfo: sourcePatientInfoOf({ ...camille, birthDate: '19840228' }) }),
  ),
  'ERR_MSS_XDM_DOCUMENT_UNREADABLE--doctype': rawZip(plain({}, { document: Buffer.from(withDoctype(document.toString('utf8'), xxe)) })),
  'ERR_MSS_XDM_DOCUMENT_UNREADABLE--malformed': rawZip(plain({}, { document: document.subarray(0, 2000) })),
  'ERR_MSS_XDM_DOCUMENT_UNREADABLE--deep': rawZip(
    plain({}, { document: cda({ text: '<content>'.repeat(300) + '</content>'.repeat(300) }) }),
  ),
};
