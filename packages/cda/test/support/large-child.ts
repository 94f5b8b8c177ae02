// Run alone with a small heap: 200 MB and 10 MB of narrative against the limits, 24 MB of coded entries that leave no trace.
import { isMssError } from '@mss/core';
import { readCda } from '@mss/cda';

const head = `<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/><code code="11502-2"/><recordTarget><patientRole><patient><name><family qualifier="BR">A</family></name></patient></patientRole></recordTarget><component><structuredBody><component><section><text>`;
const between = '</text>';
const tail = '</section></component></structuredBody></component></ClinicalDocument>';
const megabyte = 1024 * 1024;

function fill(unit: string, size: number): Buffer {
  const one = Buffer.from(unit);
  return Buffer.alloc(Math.floor(size / one.length) * one.length, one);
}

function limitOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return isMssError(error) ? error.details['limit'] : String(error);
  }
  return 'none';
}

const narrative = (size: number): Buffer =>
  Buffer.concat([Buffer.from(head), fill('<paragraph>lorem ipsum dolor sit amet</paragraph>', size), Buffer.from(between + tail)]);
const refused = limitOf(() => readCda(narrative(200 * megabyte)));
const overNodes = limitOf(() => readCda(narrative(10 * megabyte), { limits: { xmlNodes: 200_000 } }));

const entry = `<entry><act><code code="1"/><text>${'x'.repeat(2000)}</text></act></entry>`;
const { value } = readCda(Buffer.concat([Buffer.from(`${head}a${between}`), fill(entry, 24 * megabyte), Buffer.from(tail)]));
process.stdout.write(
  JSON.stringify({ refused, overNodes, level: value.level, sections: value.body.kind === 'structured' ? value.body.sections.length : 0 }),
);
