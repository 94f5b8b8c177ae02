/**
 * Writes a fictitious extraction, and the PS_LibreAcces files of the same country when asked for:
 *
 *     node tooling/benchmarks/annuaire-generator/main.ts --lines 540000 --seed 1 --out FILE [--changes 0.003] [--professionals DIRECTORY]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateActivities, generateDiplomas, generateExtraction, generateSkills, writeLines } from './index.ts';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '540000' },
    seed: { type: 'string', default: '1' },
    changes: { type: 'string', default: '0' },
    out: { type: 'string' },
    professionals: { type: 'string' },
  },
});
const options = { lines: Number(values.lines), seed: Number(values.seed), changes: Number(values.changes) };
if (values.out !== undefined) process.stdout.write(`${writeLines(values.out, generateExtraction(options)) - 1} lines in ${values.out}\n`);
if (values.professionals !== undefined) {
  const files = { Personne_activite: generateActivities, SavoirFaire: generateSkills, Dipl_AutExerc: generateDiplomas };
  for (const [name, generate] of Object.entries(files)) {
    const file = join(values.professionals, `PS_LibreAcces_${name}_202611220300.txt`);
    process.stdout.write(`${writeLines(file, generate(options)) - 1} lines in ${file}\n`);
  }
}
