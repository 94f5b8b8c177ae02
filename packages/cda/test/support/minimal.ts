/** The least document that can be read, its parts replaceable: for cases that no complete document shows. */
export interface MinimalParts {
  readonly names?: string;
  readonly ids?: string;
  readonly patient?: string;
  readonly header?: string;
  readonly body?: string;
  readonly confidentiality?: string;
  readonly prolog?: string;
}

export const matricule = '258038708599044';

export const section = (text: string, rest: string = ''): string =>
  `<component><section><title>Titre</title><text>${text}</text>${rest}</section></component>`;

export const structured = (...sections: readonly string[]): string => `<structuredBody>${sections.join('')}</structuredBody>`;

export function minimalXml(parts: MinimalParts = {}): string {
  const {
    ids = `<id root="1.2.250.1.213.1.4.8" extension="${matricule}"/>`,
    names = '<name><family qualifier="BR">ROCHEBRUNE</family><given qualifier="BR">JEANNE</given></name>',
    patient = '<administrativeGenderCode code="F"/><birthTime value="19580312"/>',
    header = '',
    confidentiality = '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>',
    body = structured(section('Bonjour')),
    prolog = '',
  } = parts;
  return `${prolog}<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:lab="urn:oid:1.3.6.1.4.1.19376.1.3.2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><templateId root="1.2.250.1.213.1.1.1.1"/>
<id root="1.2.3"/><code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="CR d'examens biologiques"/><title>Titre</title>
<effectiveTime value="20250616142500+0200"/>${confidentiality}<languageCode code="fr-FR"/>
<recordTarget><patientRole>${ids}<patient>${names}${patient}</patient></patientRole></recordTarget>${header}
<component>${body}</component></ClinicalDocument>`;
}

export const minimal = (parts: MinimalParts = {}): Uint8Array => new TextEncoder().encode(minimalXml(parts));
