import type { SandboxAccountOptions } from './options.js';

/**
 * The world that comes without options: two practices, a hospital service, a laboratory and patients, all made up.
 *
 * The professionals' domains end in `.test`, which nobody can own (RFC 6761). The patients' matricules name a
 * commune that does not exist (000), so they are nobody's.
 */
export const defaultAccounts: readonly SandboxAccountOptions[] = Object.freeze([
  {
    address: 'claire.moreau@cabinet-des-tilleuls.mssante.test',
    kind: 'personal',
    label: 'Dr_Claire_MOREAU_Cabinet des Tilleuls',
    password: 'tilleuls-2026',
  },
  {
    address: 'hugo.bernard@cabinet-de-la-halle.mssante.test',
    kind: 'personal',
    label: 'Dr_Hugo_BERNARD_Cabinet de la Halle',
    password: 'halle-2026',
  },
  {
    address: 'cardiologie@ch-bellevue.mssante.test',
    kind: 'organisational',
    label: 'CH Bellevue Cardiologie',
    password: 'bellevue-2026',
    clientCertificate: true,
  },
  { address: 'secretariat@laboratoire-du-port.mssante.test', kind: 'organisational', label: 'Laboratoire du Port', password: 'port-2026' },
  { address: 'sil@laboratoire-du-port.mssante.test', kind: 'applicative', label: 'Laboratoire du Port SIL' },
  {
    address: 'ancienne.bal@cabinet-des-tilleuls.mssante.test',
    kind: 'personal',
    label: 'Dr_Jean_LEROY',
    password: 'leroy-2026',
    state: 'closed',
  },
  { address: '279037500000165@patient.mssante.fr', kind: 'patient', label: 'Camille DURAND' },
  { address: '115069900000231@patient.mssante.fr', kind: 'patient', label: 'Louis DURAND' },
  { address: '250122A00000336@patient.mssante.fr', kind: 'patient', label: 'Ghjulia ROSSI' },
  { address: '144061300000457@patient.mssante.fr', kind: 'patient', label: 'André PETIT', state: 'closed' },
]);
