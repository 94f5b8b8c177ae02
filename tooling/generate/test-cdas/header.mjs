import { el } from './xml.mjs';

const idOf = ({ root, extension = null }) => el('id', { root, extension });
const loinc = '2.16.840.1.113883.6.1';

export const addr = (address, use = null) =>
  address === null
    ? el('addr', { nullFlavor: 'NAV' })
    : el(
        'addr',
        { use },
        Object.entries(address).map(([kind, value]) => el(kind, {}, value)),
      );
const tel = (number, use) => (number === null ? null : el('telecom', { value: `tel:${number}`, use }));
const coded = (name, [code, displayName, codeSystem, codeSystemName = null], ...children) =>
  el(name, { code, displayName, codeSystem, codeSystemName }, ...children);

const personName = ({ prefix, given, family, title }) =>
  el(
    'name',
    {},
    prefix ? el('prefix', {}, prefix) : null,
    el('given', {}, given),
    el('family', {}, family),
    title ? el('suffix', {}, title) : null,
  );

const organizationContent = (one, withIndustry) => [
  el('id', { root: one.root, extension: one.id }),
  el('name', {}, one.name),
  tel(one.tel, 'WP'),
  addr(one.addr),
  withIndustry ? coded('standardIndustryClassCode', [...one.industry, '1.2.250.1.213.1.1.4.9', 'practiceSettingCode']) : null,
];
const organization = (name, one) => el(name, {}, ...organizationContent(one, true));

/** assignedEntity, assignedAuthor: the professional and the organisation. */
export const entity = (name, pro) =>
  el(
    name,
    {},
    el('id', { root: pro.root, extension: pro.id }),
    coded('code', [pro.code, pro.label, '1.2.250.1.213.1.1.4.5']),
    addr(pro.organization.addr),
    tel(pro.tel, 'WP'),
    el('assignedPerson', {}, personName(pro)),
    organization('representedOrganization', pro.organization),
  );

const given = (value, qualifier = null) => (value === undefined ? null : el('given', { qualifier }, value));
const family = (value, qualifier) => (value === null ? null : el('family', { qualifier }, value));

function patientName(patient) {
  const { birthFamily, birthGiven, usualFamily, usualGiven, shape } = patient;
  const [first] = birthGiven;
  if (shape === 'usual-only') return el('name', {}, family(usualFamily, 'CL'), given(first, 'BR'), given(usualGiven, 'CL'));
  if (shape === 'two')
    return el(
      'name',
      {},
      given(first, 'BR'),
      given(birthGiven[1]),
      family(birthFamily, 'BR'),
      family(usualFamily, 'SP'),
      family(usualFamily, 'CL'),
    );
  return el(
    'name',
    {},
    family(birthFamily, 'BR'),
    given(birthGiven.join(' ')),
    given(first, 'BR'),
    family(usualFamily, 'CL'),
    given(usualGiven, 'CL'),
  );
}

function recordTarget(patient, { ippFirst = false, socialSecurity = null } = {}) {
  const ins = patient.ins === null ? null : el('id', { root: patient.oid, extension: patient.ins });
  const ipp = el('id', { root: '1.2.3.4.567.8.9.10', extension: patient.ipp });
  const nss = socialSecurity === null ? null : el('id', { root: '1.2.250.1.213.1.4.13', extension: socialSecurity });
  const guardian =
    patient.guardian === undefined
      ? null
      : el(
          'guardian',
          {},
          addr(patient.addr, 'H'),
          tel(patient.guardian.tel, 'MC'),
          el('guardianPerson', {}, personName(patient.guardian)),
        );
  const multiple =
    patient.multipleBirth === undefined
      ? []
      : [el('sdtc:multipleBirthInd', { value: 'true' }), el('sdtc:multipleBirthOrderNumber', { value: patient.multipleBirth })];
  return el(
    'recordTarget',
    {},
    el(
      'patientRole',
      {},
      ippFirst ? [nss, ipp, ins] : [ins, ipp, nss],
      addr(patient.addr, 'H'),
      tel(patient.tel, 'H'),
      patient.mobile === undefined ? null : tel(patient.mobile, 'MC'),
      patient.ins === null ? null : el('telecom', { value: `mailto:${patient.ins}@patient.mssante.fr` }),
      el(
        'patient',
        { classCode: 'PSN' },
        patientName(patient),
        el('administrativeGenderCode', {
          code: patient.sex,
          displayName: patient.sex === 'F' ? 'Féminin' : 'Masculin',
          codeSystem: '2.16.840.1.113883.5.1',
        }),
        el('birthTime', { value: patient.birth }),
        multiple,
        guardian,
        patient.cog === null
          ? null
          : el('birthplace', {}, el('place', {}, el('addr', {}, el('county', {}, patient.cog), el('city', {}, patient.birthCity)))),
      ),
    ),
  );
}

const interval = (name, { low = null, high = null, nullFlavor = null }, typed = false) =>
  el(
    name,
    { 'xsi:type': typed ? 'IVL_TS' : null, nullFlavor },
    low === null ? null : el('low', { value: low }),
    high === null ? null : el('high', { value: high }),
  );

const author = ({ pro, time, functionCode = null }) =>
  el(
    'author',
    {},
    functionCode === null ? null : coded('functionCode', functionCode),
    el('time', { value: time }),
    entity('assignedAuthor', pro),
  );

const informant = ({ classCode, code, prefix = null, given, family, phone, address = null }) =>
  el(
    'informant',
    {},
    el(
      'relatedEntity',
      { classCode },
      coded('code', code),
      addr(address),
      tel(phone, 'MC'),
      el('relatedPerson', {}, personName({ prefix, given, family, title: null })),
    ),
  );

const recipient = ({ pro, typeCode = null }) =>
  el(
    'informationRecipient',
    { typeCode },
    el(
      'intendedRecipient',
      {},
      el('id', { root: pro.root, extension: pro.id }),
      addr(pro.organization.addr),
      tel(pro.tel, 'WP'),
      el('informationRecipient', {}, personName(pro)),
      el('receivedOrganization', {}, ...organizationContent(pro.organization, true)),
    ),
  );

const participant = ({ typeCode, functionCode = null, time, pro, classCode = 'PROV' }) =>
  el(
    'participant',
    { typeCode },
    functionCode === null ? null : coded('functionCode', functionCode),
    interval('time', time, true),
    el(
      'associatedEntity',
      { classCode },
      el('id', { root: pro.root, extension: pro.id }),
      coded('code', [pro.code, pro.label, '1.2.250.1.213.1.1.4.5']),
      addr(null),
      tel(pro.tel, 'WP'),
      el('associatedPerson', {}, personName(pro)),
      organization('scopingOrganization', pro.organization),
    ),
  );

const order = ({ ids, accessions = [], reason = null }) =>
  el(
    'inFulfillmentOf',
    {},
    el(
      'order',
      {},
      ids.map(idOf),
      reason === null ? null : el('code', { nullFlavor: 'NA' }, el('originalText', {}, reason)),
      accessions.map(({ root, extension }) => el('ps3-20:accessionNumber', { root, extension })),
    ),
  );

const act = ({ id = null, code = null, status = null, low = null, high = null, performer = null }) =>
  el(
    'documentationOf',
    {},
    el(
      'serviceEvent',
      {},
      id === null ? null : idOf(id),
      code === null ? null : coded('code', code),
      status === null ? null : el('lab:statusCode', { code: status }),
      low === null ? null : interval('effectiveTime', { low, high }),
      performer === null ? null : el('performer', { typeCode: 'PRF' }, entity('assignedEntity', performer)),
    ),
  );

const encounterOf = ({ id = null, code, low, high = null, facility, place = null, responsible = null, extra = [] }) =>
  el(
    'componentOf',
    {},
    el(
      'encompassingEncounter',
      {},
      id === null ? null : idOf(id),
      coded('code', [...code, '2.16.840.1.113883.5.4']),
      interval('effectiveTime', { low, high }),
      responsible === null ? null : el('responsibleParty', {}, entity('assignedEntity', responsible)),
      extra,
      el(
        'location',
        {},
        el(
          'healthCareFacility',
          {},
          coded('code', [...facility, '1.2.250.1.71.4.2.4']),
          place === null ? null : el('location', {}, el('name', {}, place.name), addr(place.addr)),
        ),
      ),
    ),
  );

const masks = {
  INVISIBLE_PATIENT: 'Non visible par le patient',
  INVISIBLE_REPRESENTANTS_LEGAUX: 'Non visible par les représentants légaux du patient',
  MASQUE_PS: 'Masqué aux professionnels de santé',
};

/** The children of ClinicalDocument in the order of the schema. */
export function clinicalDocument(doc) {
  const masking = doc.masking ?? [];
  const system = doc.type[2] ?? loinc;
  return [
    el('realmCode', { code: 'FR' }),
    el('typeId', { root: '2.16.840.1.113883.1.3', extension: 'POCD_HD000040' }),
    ['2.16.840.1.113883.2.8.2.1', '1.2.250.1.213.1.1.1.1'].map((root) => el('templateId', { root })),
    doc.templates.map(([root, extension = null]) => el('templateId', { root, extension })),
    idOf(doc.id),
    el(
      'code',
      { code: doc.type[0], displayName: doc.type[1], codeSystem: system, codeSystemName: system === loinc ? 'LOINC' : null },
      (doc.typeTranslations ?? []).map((one) => coded('translation', one)),
    ),
    el('title', {}, doc.title),
    el('effectiveTime', { value: doc.time }),
    coded(
      'confidentialityCode',
      ['N', 'Normal', '2.16.840.1.113883.5.25'],
      masking.map((code) => coded('translation', [code, masks[code], '1.2.250.1.213.1.1.4.13'])),
    ),
    el('languageCode', { code: 'fr-FR' }),
    el('setId', { root: doc.setId.root, extension: doc.setId.extension ?? null }),
    el('versionNumber', { value: doc.version ?? 1 }),
    recordTarget(doc.patient, doc.identifiers),
    doc.authors.map((one) => (one.name === undefined ? author(one) : one)),
    doc.dataEnterer ?? null,
    (doc.informants ?? []).map(informant),
    el(
      'custodian',
      {},
      el('assignedCustodian', {}, el('representedCustodianOrganization', {}, ...organizationContent(doc.custodian, false))),
    ),
    (doc.recipients ?? []).map(recipient),
    el(
      'legalAuthenticator',
      {},
      el('time', { value: doc.signed ?? doc.time }),
      el('signatureCode', { code: 'S' }),
      entity('assignedEntity', doc.legal),
    ),
    (doc.authenticators ?? []).map(({ pro, time }) =>
      el('authenticator', {}, el('time', { value: time }), el('signatureCode', { code: 'S' }), entity('assignedEntity', pro)),
    ),
    (doc.participants ?? []).map(participant),
    (doc.orders ?? []).map(order),
    doc.acts.map(act),
    (doc.related ?? []).map(({ typeCode, id, setId, version }) =>
      el(
        'relatedDocument',
        { typeCode },
        el('parentDocument', {}, idOf(id), el('setId', { root: setId.root }), el('versionNumber', { value: version })),
      ),
    ),
    (doc.consents ?? []).map((code) =>
      el(
        'authorization',
        {},
        el('consent', { classCode: 'CONS', moodCode: 'EVN' }, coded('code', code), el('statusCode', { code: 'completed' })),
      ),
    ),
    encounterOf(doc.encounter),
    el('component', {}, doc.body),
  ];
}
