// node tooling/docs/chaos-report.mjs [--check]: docs/CHAOS.md from tooling/chaos/last-run.json.
//
// `node tooling/chaos/run.mjs --keep` runs the chaos and writes both. --check writes nothing and fails when the page is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { renderChaos } from '../chaos/render.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const page = new URL('../../docs/CHAOS.md', import.meta.url);
const text = renderChaos(JSON.parse(readFileSync(new URL('../chaos/last-run.json', import.meta.url), 'utf8')));
if (!values.check) writeFileSync(page, text);
else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
  process.stderr.write(`${fileURLToPath(page)} is out of date: node tooling/docs/chaos-report.mjs\n`);
  process.exit(1);
}
