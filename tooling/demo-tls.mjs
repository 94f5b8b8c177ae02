// npm run demo:tls [-- --source] [-- --json]: what `mss tls probe` says to good and bad operators, one after the other.
//
// Test servers are started in this process, with certificates made now; the command runs in a process of its own: the built one when
// there is one, else (or with --source) the sources.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const hooks = join(root, 'tooling', 'testkit', 'src', 'source-hooks.mjs');
await import(pathToFileURL(hooks).href);
const at = (name) => new URL(`interop/tls-matrix/${name}`, import.meta.url).href;
const { createMatrixWorld, hostName } = await import(at('world.ts'));
const { certificateBuilders } = await import(at('arrange-certificates.ts'));
const { arrangeCrl } = await import(at('arrange-crl.ts'));
const { arrangeOcsp } = await import(at('arrange-ocsp.ts'));
const { capturePeer } = await import(at('peers.ts'));
const { attackingPeer, clearPeer } = await import(at('scripts.ts'));

const { values } = parseArgs({ options: { source: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } });
const built = join(root, 'packages', 'cli', 'bin', 'mss.cjs');
const useBuilt = !values.source && existsSync(join(root, 'packages', 'cli', 'dist', 'cli.js'));
const command = useBuilt
  ? [built]
  : ['--disable-warning=ExperimentalWarning', '--import', pathToFileURL(hooks).href, join(root, 'packages', 'cli', 'src', 'cli.ts')];

/** Runs `mss tls probe` as a user would. */
function probe(port, { ca, starttls = 'none' }) {
  const args = ['tls', 'probe', `127.0.0.1:${port}`, '--servername', hostName, '--ca', ca, '--starttls', starttls, '--timeout-ms', '5000'];
  const child = spawn(process.execPath, [...command, ...args, ...(values.json ? ['--json'] : [])], { cwd: root });
  return new Promise((resolve) => {
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (status) => resolve({ status, output, line: `mss ${args.join(' ')}` }));
  });
}

const old = { ciphers: 'ALL:@SECLEVEL=0' };
const certificate = (key, tls) => async (world) => {
  const arrangement = await certificateBuilders[key](world);
  return capturePeer(arrangement.server, { way: 'smtps', tls: { ...arrangement.tls, ...tls } });
};
const revocation = (arrange) => async (world) => capturePeer((await arrange(world)).server, { way: 'smtps' });

/** What is shown, the exit status that it must end with, and the server. */
const cells = [
  { title: 'un opérateur en règle', expected: 0, start: certificate('valid') },
  { title: 'un opérateur en règle, prouvé par OCSP', expected: 0, start: revocation((world) => arrangeOcsp(world, 'good')) },
  {
    title: 'un opérateur en règle, par STARTTLS',
    expected: 0,
    start: async (world) => capturePeer((await certificateBuilders.valid(world)).server, { way: 'smtp+starttls' }),
    starttls: 'smtp',
  },
  { title: 'TLS 1.0 et 1.1 seulement', expected: 1, start: certificate('valid', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ...old }) },
  { title: 'TLS 1.3 seulement', expected: 1, start: certificate('valid', { minVersion: 'TLSv1.3' }) },
  {
    title: 'une suite hors de la liste',
    expected: 1,
    start: certificate('valid', { maxVersion: 'TLSv1.2', ciphers: 'AES256-GCM-SHA384' }),
  },
  { title: 'un certificat expiré', expected: 1, start: certificate('expired') },
  { title: 'un certificat pas encore valable', expected: 1, start: certificate('not-yet-valid') },
  { title: "le certificat d'un autre hôte", expected: 1, start: certificate('wrong-host') },
  { title: 'un certificat auto-signé', expected: 1, start: certificate('self-signed') },
  { title: "une autorité qui imite l'IGC", expected: 1, start: certificate('look-alike') },
  { title: "l'intermédiaire n'est pas envoyé", expected: 1, start: certificate('intermediate-missing') },
  { title: 'un certificat signé en SHA-1', expected: 1, start: certificate('sha1') },
  { title: "un certificat qui n'est pas pour un serveur", expected: 1, start: certificate('client-eku') },
  { title: 'un certificat révoqué', expected: 1, start: certificate('revoked') },
  { title: 'une autorité intermédiaire révoquée', expected: 1, start: certificate('revoked-intermediate') },
  { title: 'un certificat révoqué selon OCSP', expected: 1, start: revocation((world) => arrangeOcsp(world, 'revoked')) },
  { title: 'la CRL est introuvable', expected: 1, start: revocation((world) => arrangeCrl(world, 'leaf', 'down')) },
  { title: 'la CRL est une page HTML', expected: 1, start: revocation((world) => arrangeCrl(world, 'leaf', 'html')) },
  { title: 'la CRL est périmée', expected: 1, start: revocation((world) => arrangeCrl(world, 'leaf', 'expired')) },
  { title: 'STARTTLS a été retiré en chemin', expected: 1, start: async () => attackingPeer('smtp', 'stripped'), starttls: 'smtp' },
  { title: 'du texte est glissé avant TLS', expected: 3, start: async () => attackingPeer('imap', 'injection'), starttls: 'imap' },
  { title: 'rien que du texte clair', expected: 3, start: async () => clearPeer('clear-greeting') },
];

const world = await createMatrixWorld();
const ca = join(await world.folder(), 'racine.pem');
writeFileSync(ca, world.igc.caPem);
let wrong = 0;
process.stdout.write(`mss tls probe, ${useBuilt ? 'construit' : 'depuis les sources'} ; ${cells.length} serveurs de test\n`);
try {
  for (const [index, { title, expected, start, starttls }] of cells.entries()) {
    const peer = await start(world);
    const { status, output, line } = await probe(peer.port, { ca, starttls });
    await peer.close();
    if (status !== expected) wrong += 1;
    const note = status === expected ? '' : `, ${expected} attendu !`;
    process.stdout.write(`\n${index + 1}. ${title} (statut ${status}${note})\n$ ${line}\n${output.replaceAll(/^/gm, '   ').trimEnd()}\n`);
  }
} finally {
  await world.close();
}
process.stdout.write(`\n${cells.length - wrong} serveurs jugés comme attendu sur ${cells.length}\n`);
process.exitCode = wrong === 0 ? 0 : 1;
