// Run alone with a small heap: 200 MB against the limit, 64 MB of XML pruned.
import { isMssError } from '@mss/core';
import { parseXml } from '@mss/formats/xml';

const entry = Buffer.from(`<entry><code code="x" displayName="y"/><text>${'lorem ipsum '.repeat(2000)}</text></entry>`);
const count = Math.ceil((64 * 1024 * 1024) / entry.length);
const document = Buffer.concat([
  Buffer.from('<ClinicalDocument>'),
  ...Array.from({ length: count }, () => entry),
  Buffer.from('</ClinicalDocument>'),
]);

function limitOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return isMssError(error) ? error.details['limit'] : String(error);
  }
  return 'none';
}

const xmlBytes = 100 * 1024 * 1024;
const pruned = parseXml(document, { limits: { xmlBytes }, prune: ({ name }) => name === 'entry' }).value.root;
const first = pruned.children[0];
process.stdout.write(
  JSON.stringify({
    byDefault: limitOf(() => parseXml(new Uint8Array(200 * 1024 * 1024))),
    nodes: limitOf(() => parseXml(document, { limits: { xmlBytes, xmlNodes: 1000 } })),
    pruned: pruned.children.length === count && typeof first === 'object' && first.children.length === 0 ? first.name : 'wrong',
  }),
);
