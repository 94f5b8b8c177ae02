// npm run create-package -- NAME FLOOR "One sentence." [dependency …]
// Makes packages/NAME with everything the frame asks for: manifest, README, entry point, a test, its floor, a changeset.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [name, floorText, sentence, ...dependencies] = process.argv.slice(2);
const floor = Number(floorText);
if (!name || !/^[a-z][a-z0-9-]*$/.test(name) || !Number.isInteger(floor) || !sentence) {
  process.stderr.write('usage: npm run create-package -- NAME FLOOR "One sentence." [dependency …]\n');
  process.exit(2);
}
const folder = join(root, 'packages', name);
if (existsSync(folder)) {
  process.stderr.write(`packages/${name} exists already\n`);
  process.exit(1);
}

const floorsFile = join(root, 'tooling', 'floors.json');
const floors = JSON.parse(readFileSync(floorsFile, 'utf8'));
floors[name] = floor;
const sorted = Object.fromEntries(Object.entries(floors).sort((a, b) => a[1] - b[1]));

const entry = (path) => ({
  import: { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` },
  require: { types: `./dist/cjs/${path}.d.ts`, default: `./dist/cjs/${path}.js` },
});
const manifest = {
  name: `@mss/${name}`,
  version: '0.0.0',
  description: sentence,
  keywords: ['mssante', 'health', 'france'],
  license: 'Apache-2.0',
  type: 'module',
  sideEffects: false,
  engines: { node: '>=22.16' },
  main: './dist/cjs/index.js',
  types: './dist/cjs/index.d.ts',
  exports: { '.': entry('index'), './package.json': './package.json' },
  files: ['dist'],
  scripts: { build: 'tsup --config ../../tooling/tsup.config.ts' },
  dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, dependency.startsWith('@mss/') ? '^0.0.0' : '*'])),
  publishConfig: { access: 'public' },
};

mkdirSync(join(folder, 'src'), { recursive: true });
mkdirSync(join(folder, 'test'), { recursive: true });
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
writeFileSync(
  join(folder, 'README.md'),
  `# @mss/${name}\n\n${sentence}\n\n\`\`\`sh\nnpm install @mss/${name}\n\`\`\`\n\n## Use\n\n## API\n\n## Limits\n\n## Limitations\n\n## Specifications\n`,
);
writeFileSync(join(folder, 'src', 'index.ts'), `/**\n * ${sentence}\n *\n * @packageDocumentation\n */\nexport {};\n`);
writeFileSync(floorsFile, `${JSON.stringify(sorted, null, 2)}\n`);
writeFileSync(join(root, '.changeset', `new-${name}.md`), `---\n'@mss/${name}': minor\n---\n\n${sentence}\n`);
process.stdout.write(`packages/${name} made on floor ${floor}. Next: npm install, then write src/index.ts.\n`);
