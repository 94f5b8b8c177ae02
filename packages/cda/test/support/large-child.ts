// Run alone with a small heap: 200 MB and 8 MB of narrative against the limits, 16 MB of coded entries that leave no trace.
import { isMssError } from '@mss/core';
import { readCda } from '@mss/cda';

const head = `<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/><code code="11502-2"/><recordTarget><patientRole><patient><name><family qualifier="BR">A</family></name></patient></patientRole></recordTarget><component><structuredBody><component><section><text>`;
const between = '</text>';
const tail = '</section></component></structuredBody></component></ClinicalDocument>';
const megabyte = 1024 * 1024;

/** `start`, the unit as often as it fits, `end`: about that many bytes. */
function document(start: string, unit: string, end: string, size: number): Buffer {
  const bytes = Buffer.alloc(Math.floor(size / unit.length) * unit.length, unit);
  return size > 50 * megabyte ? bytes : Buffer.concat([Buffer.from(start), bytes, Buffer.from(end)]);
}

function limitOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return isMssError(error) ? error.details['limit'] : String(error);
  }
  return 'none';
}

const paragraph = '<paragraph>lorem ipsum dolor sit amet</paragraph>';
const refused = limitOf(() => readCda(document(head, paragraph, between + tail, 200 * megabyte)));
const overNodes = limitOf(() => readCda(document(head, paragraph, between + tail, 8 * megabyte), { limits: { xmlNodes: 200_000 } }));

const entry = `<entry><act><code code="1"/><text>${'x'.repeat(2000)}</text></act></entry>`;
const { value } = readCda(document(`${head}a${between}`, entry, tail, 16 * megabyte));
process.stdout.write(
  JSON.stringify({ refused, overNodes, level: value.level, sections: value.body.kind === 'structured' ? value.body.sections.length : 0 }),
);
