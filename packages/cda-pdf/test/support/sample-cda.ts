import { readCda, type CdaDocument } from '@mss/cda';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A media of the body, as `observationMedia`. */
export interface SampleMedia {
  readonly id: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What a sample differs in from the plainest document. */
export interface Sample {
  /** XML inside `section/text`; several sections when several are given. */
  readonly narrative?: string | readonly string[];
  readonly title?: string;
  readonly media?: readonly SampleMedia[];
  /** XML of header elements after the custodian. */
  readonly moreHeader?: string;
  readonly insOid?: string;
  readonly birthTime?: string;
  readonly familyName?: string;
  readonly effectiveTime?: string;
  /** A level 1 body instead of sections. */
  readonly embedded?: { readonly mediaType: string; readonly bytes: Uint8Array };
  readonly sectionTitle?: string;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function body(sample: Sample): string {
  if (sample.embedded !== undefined) {
    return `<nonXMLBody><text mediaType="${sample.embedded.mediaType}" representation="B64">${base64(sample.embedded.bytes)}</text></nonXMLBody>`;
  }
  const narratives = typeof sample.narrative === 'string' ? [sample.narrative] : (sample.narrative ?? ['Texte.']);
  const media = (sample.media ?? []).map(
    (one) =>
      `<entry><observationMedia classCode="OBS" moodCode="EVN" ID="${one.id}"><value mediaType="${one.mediaType}" representation="B64">${base64(one.bytes)}</value></observationMedia></entry>`,
  );
  const sections = narratives.map(
    (narrative, index) =>
      `<component><section><title>${escape(sample.sectionTitle ?? `Section ${index + 1}`)}</title><text>${narrative}</text>${index === 0 ? media.join('') : ''}</section></component>`,
  );
  return `<structuredBody>${sections.join('')}</structuredBody>`;
}

/** The XML of a small fictitious document. */
export function sampleXml(sample: Sample = {}): Uint8Array {
  return new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<id root="1.2.250.1.213.1.1.1.1.1"/><code code="11488-4" codeSystem="2.16.840.1.113883.6.1" displayName="CR ou fiche de consultation"/>
<title>${escape(sample.title ?? 'Compte rendu de consultation')}</title><effectiveTime value="${sample.effectiveTime ?? '20250618141500+0200'}"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="fr-FR"/>
<recordTarget><patientRole><id root="${sample.insOid ?? '1.2.250.1.213.1.4.8'}" extension="258038708599044"/><patient><name><family qualifier="BR">${escape(sample.familyName ?? 'ROCHEBRUNE')}</family><given>JEANNE MARIE</given><given qualifier="BR">JEANNE</given></name>
<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="${sample.birthTime ?? '19580312'}"/></patient></patientRole></recordTarget>
<author><time value="20250618"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="899700000022"/><assignedPerson><name><given>Étienne</given><family>LAFORÊT</family><suffix>DR</suffix></name></assignedPerson></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.250.1.71.4.2.2" extension="1990000033"/><name>Cabinet médical des Mûriers</name></representedCustodianOrganization></assignedCustodian></custodian>
${sample.moreHeader ?? ''}<component>${body(sample)}</component></ClinicalDocument>`);
}

/** A small fictitious document, read. */
export function sampleCda(sample: Sample = {}): CdaDocument {
  return readCda(sampleXml(sample), { limits: { xmlBytes: 250 * 1024 * 1024, xmlNodes: 20_000_000 } }).value;
}

/** A file of `tooling/testdata/cda-pdf`. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../../tooling/testdata/cda-pdf/${name}`, import.meta.url))));
}
