// The parts of a test archive as text: a small CDA, its METADATA.XML, README and INDEX. People are fictitious.
import { createHash } from 'node:crypto';

export const testOid = '1.2.250.1.213.1.4.10';
export const ipp = { id: '8800412', oid: '1.2.250.1.999.88.1' };

/** 13 characters and their key. */
export const withKey = (body) => body + String(97n - (BigInt(body) % 97n)).padStart(2, '0');

export const camille = {
  ins: withKey('2840275123456'),
  oid: testOid,
  birthName: 'DUVERNOIS',
  usualName: 'MAREUIL',
  given: 'Camille',
  allGiven: 'Camille Jeanne',
  usualGiven: 'Camille',
  birthDate: '19840229',
  sex: 'F',
  cog: '75114',
};
export const basile = {
  ins: withKey('1790369123045'),
  oid: testOid,
  birthName: 'GRANGEVAL',
  usualName: null,
  given: 'Basile',
  allGiven: 'Basile',
  usualGiven: null,
  birthDate: '19790317',
  sex: 'M',
  cog: '69383',
};

const xml = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
export const sha1 = (bytes) => createHash('sha1').update(bytes).digest('hex').toUpperCase();

/** A CDA of level 3 with the least that the French header asks for. */
export function cda({
  patient = camille,
  id = '2.25.84020001',
  declaration = '<?xml version="1.0" encoding="UTF-8"?>\n',
  text = 'Examen clinique normal.',
  entries = '',
} = {}) {
  const usual = patient.usualName === null ? '' : `<family qualifier="CL">${xml(patient.usualName)}</family>`;
  const usualGiven = patient.usualGiven === null ? '' : `<given qualifier="CL">${xml(patient.usualGiven)}</given>`;
  const ins = patient.ins === null ? '' : `<id root="${patient.oid}" extension="${patient.ins}"/>`;
  const doctor =
    '<id root="1.2.250.1.71.4.2.1" extension="899700000017"/><code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5" displayName="Médecin - Qualifié en Médecine Générale (SM)"/>';
  const person = '<assignedPerson><name><family>LESTERIN</family><given>Odile</given><suffix>DR</suffix></name></assignedPerson>';
  const office = '<id root="1.2.250.1.71.4.2.2" extension="499700000017001"/><name>Cabinet médical du Pré-Long</name>';
  const setting = '<standardIndustryClassCode code="AMBULATOIRE" codeSystem="1.2.250.1.213.1.1.4.9" displayName="Ambulatoire"/>';
  return Buffer.from(`${declaration}<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="2.16.840.1.113883.2.8.2.1"/><templateId root="1.2.250.1.213.1.1.1.1"/><templateId root="1.2.250.1.213.1.1.1.13"/>
<id root="${id}"/>
<code code="11488-4" codeSystem="2.16.840.1.113883.6.1" displayName="CR ou fiche de consultation ou de visite"/>
<title>Compte rendu de consultation</title>
<effectiveTime value="20260302103000+0100"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25" displayName="Normal"/>
<languageCode code="fr-FR"/>
<recordTarget><patientRole>${ins}<id root="${ipp.oid}" extension="${ipp.id}"/><addr nullFlavor="NASK"/><telecom nullFlavor="NASK"/>
<patient><name><family qualifier="BR">${xml(patient.birthName)}</family><given>${xml(patient.allGiven)}</given><given qualifier="BR">${xml(patient.given)}</given>${usual}${usualGiven}</name>
<administrativeGenderCode code="${patient.sex}" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="${patient.birthDate}"/>
<birthplace><place><addr><county>${patient.cog}</county></addr></place></birthplace></patient></patientRole></recordTarget>
<author><time value="20260302103000+0100"/><assignedAuthor>${doctor}${person}<representedOrganization>${office}</representedOrganization></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization>${office}</representedCustodianOrganization></assignedCustodian></custodian>
<legalAuthenticator><time value="20260302103000+0100"/><signatureCode code="S"/><assignedEntity>${doctor}${person}</assignedEntity></legalAuthenticator>
<documentationOf><serviceEvent><code code="11429006" codeSystem="2.16.840.1.113883.6.96" displayName="consultation"/><effectiveTime><low value="20260302100000+0100"/></effectiveTime>
<performer typeCode="PRF"><assignedEntity>${doctor}${person}<representedOrganization>${office}${setting}</representedOrganization></assignedEntity></performer></serviceEvent></documentationOf>
<componentOf><encompassingEncounter><code code="AMB" codeSystem="2.16.840.1.113883.5.4" displayName="Ambulatoire (hors établissement)"/><effectiveTime><low value="20260302100000+0100"/></effectiveTime>
<location><healthCareFacility><code code="SA07" codeSystem="1.2.250.1.71.4.2.4" displayName="Cabinet individuel"/></healthCareFacility></location></encompassingEncounter></componentOf>
<component><structuredBody><component><section><title>Consultation</title><text>${text}</text>${entries}</section></component></structuredBody></component>
</ClinicalDocument>
`);
}

/** The stylesheet that shows the document inside it. */
export function autoPresentable() {
  const document = cda({ declaration: '' }).toString('utf8').trim();
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="#"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><html/></xsl:template>
<data:Contenu xmlns:data="urn:asip-sante:ci-sis">${document}</data:Contenu></xsl:stylesheet>
`);
}

const hl7 = (text) => String(text).replaceAll(/[\\|^&~]/g, (c) => `\\${{ '\\': 'E', '|': 'F', '^': 'S', '&': 'T', '~': 'R' }[c]}\\`);

/** CX */
export const patientIdOf = (patient) =>
  patient.ins === null ? `${ipp.id}^^^&${ipp.oid}&ISO^PI` : `${patient.ins}^^^&${patient.oid}&ISO^NH`;

export function sourcePatientInfoOf(patient) {
  return [
    `PID-5|${hl7(patient.birthName)}^${hl7(patient.given)}^${hl7(patient.allGiven)}^^^^L`,
    ...(patient.usualName === null ? [] : [`PID-5|${hl7(patient.usualName)}^${hl7(patient.usualGiven)}^^^^^D`]),
    `PID-7|${patient.birthDate}`,
    `PID-8|${patient.sex}`,
    `PID-11|^^^^^^BDL^^${patient.cog}`,
  ];
}

/**
 * One document of METADATA.XML. Every attribute can be given; `null` leaves it out.
 */
export function documentOf(bytes, changes = {}) {
  const { patient = camille, number = 1, ...rest } = changes;
  return {
    id: `urn:uuid:6f9619ff-8b86-4d01-b42d-00cf4fc9640${number}`,
    mimeType: 'text/xml',
    hash: sha1(bytes),
    size: String(bytes.length),
    uri: `DOC000${number}.XML`,
    patientId: patientIdOf(patient),
    sourcePatientId: `${ipp.id}^^^&${ipp.oid}&ISO^PI`,
    sourcePatientInfo: sourcePatientInfoOf(patient),
    uniqueId: '2.25.84020001',
    title: 'Compte rendu de consultation',
    classes: ['10'],
    classifiedObject: null,
    registryObject: null,
    extra: '',
    identifiersBeside: false,
    ...rest,
  };
}

const setId = 'urn:uuid:3d813cbb-47fb-42ba-91df-831e1593ac29';
export const defaultSet = {
  id: setId,
  patientId: patientIdOf(camille),
  sourceIdName: 'XDSSubmissionSet.sourceId',
  classified: true,
  classifiedBeside: false,
};

const slot = (name, values) => {
  const list = (Array.isArray(values) ? values : [values]).filter((value) => value !== null);
  return list.length === 0
    ? ''
    : `<Slot name="${name}"><ValueList>${list.map((value) => `<Value>${xml(value)}</Value>`).join('')}</ValueList></Slot>`;
};
const name = (text) => `<Name><LocalizedString xml:lang="FR" charset="UTF8" value="${xml(text)}"/></Name>`;

/** METADATA.XML in ebRS 3.0 or 2.1. */
export function metadata(documents, options = {}) {
  const {
    form = '3.0',
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n',
    before = '',
    after = '',
    associations = true,
    root = 'SubmitObjectsRequest',
    namespace,
  } = options;
  const set = options.set === null ? null : { ...defaultSet, ...options.set };
  const old = form === '2.1';
  const lcm = old ? 'urn:oasis:names:tc:ebxml-regrep:registry:xsd:2.1' : (namespace ?? 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0');
  const rim = old ? 'urn:oasis:names:tc:ebxml-regrep:rim:xsd:2.1' : (namespace ?? 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0');
  const status = old ? 'Approved' : 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved';
  const classification = (owner, scheme, code, label) =>
    `<Classification id="c-${scheme.slice(0, 8)}-${code}" classificationScheme="urn:uuid:${scheme}" classifiedObject="${owner}" nodeRepresentation="${code}">${slot('codingScheme', '1.2.250.1.213.1.1.4.1')}${name(label)}</Classification>`;
  const identifier = (owner, scheme, value, label) =>
    value === null
      ? ''
      : `<ExternalIdentifier id="i-${scheme.slice(0, 8)}-${xml(owner).slice(-4)}" identificationScheme="urn:uuid:${scheme}" registryObject="${owner}" value="${xml(value)}">${name(label)}</ExternalIdentifier>`;
  const node =
    set === null || !set.classified
      ? ''
      : `<Classification id="c-set" classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd" classifiedObject="${set.id}"/>`;
  const setElement =
    set === null
      ? ''
      : `<RegistryPackage id="${set.id}" status="${status}">${slot('submissionTime', '20260302093000')}${name('Compte rendu de consultation')}${set.classifiedBeside ? '' : node}
${identifier(set.id, '6b5aea1a-874d-4603-a4bc-96a0a7b38446', set.patientId, 'XDSSubmissionSet.patientId')}
${identifier(set.id, '554ac39e-e3fe-47fe-b233-965d2a147832', '1.2.250.1.71.4.2.2.499700000017001', set.sourceIdName)}
${identifier(set.id, '96fdda7c-d067-4183-912e-bf5ee74998a8', '2.25.81402001', 'XDSSubmissionSet.uniqueId')}</RegistryPackage>${set.classifiedBeside ? node : ''}`;
  const entries = documents.map((one) => {
    const owner = one.classifiedObject ?? one.id;
    const registry = one.registryObject ?? one.id;
    const identifiers =
      identifier(registry, '58a6f841-87b3-4a3e-92fd-a8ffeff98427', one.patientId, 'XDSDocumentEntry.patientId') +
      identifier(registry, '2e82c1f6-a085-4c72-9da3-8640a32e42ab', one.uniqueId, 'XDSDocumentEntry.uniqueId');
    const media = one.mimeType === null ? '' : ` mimeType="${one.mimeType}"`;
    return `<ExtrinsicObject id="${one.id}"${media} objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1" status="${status}">
${slot('hash', one.hash)}${slot('size', one.size)}${slot('URI', one.uri)}${slot('creationTime', '20260302093000')}${slot('languageCode', 'fr-FR')}
${slot('sourcePatientId', one.sourcePatientId)}${slot('sourcePatientInfo', one.sourcePatientInfo)}${name(one.title)}
${one.classes.map((code) => classification(owner, '41a5887f-8865-4c09-adf7-e362475b143a', code, 'Compte rendu')).join('')}${classification(owner, 'f0306f51-975f-434e-a61c-c59651d33983', '11488-4', 'CR ou fiche de consultation ou de visite')}
${one.identifiersBeside ? '' : identifiers}${one.extra}</ExtrinsicObject>${one.identifiersBeside ? identifiers : ''}`;
  });
  const member = old ? 'HasMember' : 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember';
  const links =
    set === null || !associations
      ? []
      : documents.map(
          (one, index) =>
            `<Association id="as${index + 1}" associationType="${member}" sourceObject="${set.id}" targetObject="${one.id}">${slot('SubmissionSetStatus', 'Original')}</Association>`,
        );
  const list = old ? 'LeafRegistryObjectList' : 'RegistryObjectList';
  return Buffer.from(`${before}${declaration}<lcm:${root} xmlns:lcm="${lcm}"><${list} xmlns="${rim}">
${[setElement, ...entries, ...links].join('\n')}
${after}</${list}></lcm:${root}>
`);
}

export const readme = Buffer.from('Emetteur :\r\n==========\r\n    . Organisme : Cabinet medical du Pre-Long\r\n');
export const index = Buffer.from(
  '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Index</title></head><body><p><a href="README.TXT">README.TXT</a></p></body></html>\r\n',
);

/** The entries of an archive as IHE lays them out; `files` are those of the subset beside METADATA.XML. */
export function layout(metadataBytes, files) {
  return [
    { name: 'README.TXT', bytes: readme },
    { name: 'INDEX.HTM', bytes: index },
    { name: 'IHE_XDM/', bytes: '' },
    { name: 'IHE_XDM/SUBSET01/', bytes: '' },
    { name: 'IHE_XDM/SUBSET01/METADATA.XML', bytes: metadataBytes },
    ...Object.entries(files).map(([name, bytes]) => ({ name: `IHE_XDM/SUBSET01/${name}`, bytes })),
  ];
}

/** An archive of one document, with changes to its entry. */
export function plain(changes = {}, options = {}) {
  const document = options.document ?? cda();
  return layout(metadata([documentOf(document, changes)], options.metadata), {
    [options.name ?? 'DOC0001.XML']: document,
    ...options.files,
  });
}

/** Entries under other names. */
export const renamed = (entries, rename) => entries.map((entry) => ({ ...entry, name: rename(entry.name) }));
