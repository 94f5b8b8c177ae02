import { existsSync, readdirSync, readFileSync } from 'node:fs';

import { createDocumentSet } from '@mss/cda';
import { buildXdm, readXdm, type XdmArchive, type XdmCode } from '@mss/xdm';

/** One attribute in which two METADATA.XML differ. */
export interface Difference {
  /** `XDSSubmissionSet.title`, `XDSDocumentEntry.classCode.code` … */
  readonly attribute: string;
  readonly ans: unknown;
  readonly ours: unknown;
}

/** Defects of references and names, which the model hides: they are seen by what the reader tolerated. */
const structural: Readonly<Record<string, string>> = {
  XDM_CLASSIFIED_OBJECT: 'Classification/@classifiedObject',
  XDM_REGISTRY_OBJECT: 'ExternalIdentifier/@registryObject',
  XDM_IDENTIFIER_NAME: 'ExternalIdentifier/Name',
  XDM_UUID_PREFIX: 'ExtrinsicObject/@id',
};

const isCode = (value: unknown): value is XdmCode => typeof value === 'object' && value !== null && 'codingScheme' in value;

function compareObjects(prefix: string, ans: object, ours: object): Difference[] {
  const differences: Difference[] = [];
  for (const key of new Set([...Object.keys(ans), ...Object.keys(ours)])) {
    if (key === 'entryUUID') continue;
    const a: unknown = Reflect.get(ans, key);
    const b: unknown = Reflect.get(ours, key);
    const attribute = `${prefix}.${key}`;
    if (isCode(a) && isCode(b) && a.code === b.code) differences.push(...compareObjects(attribute, a, b));
    else if (JSON.stringify(a) !== JSON.stringify(b)) differences.push({ attribute, ans: a, ours: b });
  }
  return differences;
}

/** Two archives of the same document. */
export interface Derived {
  readonly ans: XdmArchive;
  readonly ours: XdmArchive;
}

/** The archive of ANS, and the one that we derive from its CDA. */
export function deriveAgain(bytes: Uint8Array): Derived {
  const ans = readXdm(bytes).value;
  const documents = ans.documents.map((document) => document.cda).filter((cda) => cda !== null);
  const built = buildXdm(createDocumentSet(documents), {
    submissionTime: ans.submissionSet?.submissionTime ?? '',
    unknownClass: 'omit',
  });
  return { ans, ours: readXdm(built.bytes).value };
}

function defects(archive: XdmArchive): Set<string> {
  return new Set(archive.tolerated.map((one) => structural[one.code]).filter((one) => one !== undefined));
}

/** Every attribute in which the METADATA.XML of ANS and ours differ; entry UUIDs are random on both sides. */
export function compareMetadata(ans: XdmArchive, ours: XdmArchive): readonly Difference[] {
  const differences = compareObjects('XDSSubmissionSet', ans.submissionSet ?? {}, ours.submissionSet ?? {});
  for (const [index, document] of ans.documents.entries()) {
    differences.push(...compareObjects('XDSDocumentEntry', document.entry, ours.documents[index]?.entry ?? {}));
  }
  const ofOurs = defects(ours);
  for (const attribute of defects(ans)) if (!ofOurs.has(attribute)) differences.push({ attribute, ans: 'wrong', ours: 'right' });
  for (const attribute of ofOurs) differences.push({ attribute, ans: 'right', ours: 'wrong' });
  return differences;
}

/** How many attributes {@link compareMetadata} looks at. */
export function attributesCompared({ ans, ours }: Derived): number {
  const keys = (a: object, b: object): number => new Set([...Object.keys(a), ...Object.keys(b)]).size - 1;
  const ofEntries = ans.documents.map((document, index) => keys(document.entry, ours.documents[index]?.entry ?? {}));
  const all = [keys(ans.submissionSet ?? {}, ours.submissionSet ?? {}), ...ofEntries, Object.keys(structural).length];
  return all.reduce((sum, count) => sum + count, 0);
}

/** One archive, compared. */
export interface Compared {
  readonly name: string;
  readonly attributes: number;
  readonly differences: readonly Difference[];
}

export function compareArchive(name: string, derived: Derived): Compared {
  return { name, attributes: attributesCompared(derived), differences: compareMetadata(derived.ans, derived.ours) };
}

/** Every `NAME/IHE_XDM.ZIP` of a folder, in the order of their names. */
export function compareArchives(folder: string): readonly Compared[] {
  return readdirSync(folder)
    .filter((name) => existsSync(`${folder}/${name}/IHE_XDM.ZIP`))
    .toSorted()
    .map((name) => compareArchive(name, deriveAgain(new Uint8Array(readFileSync(`${folder}/${name}/IHE_XDM.ZIP`)))));
}
