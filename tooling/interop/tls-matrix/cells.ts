import { cross, ways, type Cell, type Way } from './cell.js';
import { certificateStates, certificateStates101, igcSanteStates, mailizStates } from './states-certificates.js';
import { balancerStates, migrationStates } from './states-paths.js';
import { scriptedVersions, suiteStates, versionStates, versionStates101 } from './states-protocol.js';
import { authorityCrlStates, leafCrlStates, ocspStates, stapledStates } from './states-revocation.js';
import { fewServerStates, nginxProtocolStates, serverStates } from './states-servers.js';
import { redirectStates, sessionStates, tokenStates } from './states-sessions.js';
import { attackStates, clearStates, preauthStates, strippingStates } from './states-starttls.js';

/** One of each kind: an implicit one and a STARTTLS. */
const implicitAndStartTls: readonly Way[] = ['https', 'imap+starttls'];
const startTls: readonly Way[] = ['imap+starttls', 'smtp+starttls', 'ldap+starttls'];

/** The whole matrix, as data: what runs, and what `docs/TLS-MATRIX.md` shows. */
export const cells: readonly Cell[] = [
  ...cross('versions', versionStates, { ways: ['smtps', 'smtp+starttls'], peer: 's_server' }),
  ...cross('versions', versionStates101, { ways: ['smtps', 'smtp+starttls'], peer: 's_server', profile: 'ref2-1.0.1' }),
  ...cross('versions', scriptedVersions, { ways: ['https', 'smtp+starttls'], peer: 'script' }),
  ...cross('suites', suiteStates, { ways: ['smtps', 'imap+starttls'], peer: 's_server' }),
  ...cross('certificates', certificateStates, { ways, peer: 'capture' }),
  ...cross('certificates', certificateStates101, { ways: ['https', 'smtp+starttls'], peer: 'capture', profile: 'ref2-1.0.1' }),
  ...cross('certificates', igcSanteStates, { ways: implicitAndStartTls, peer: 'capture', profile: 'ref2-1.0.1' }),
  ...cross('certificates', mailizStates, { ways: ['imaps', 'smtp+starttls'], peer: 'capture' }),
  ...cross('crl', [...leafCrlStates, ...authorityCrlStates], { ways: implicitAndStartTls, peer: 'capture' }),
  ...cross('ocsp', ocspStates, { ways: implicitAndStartTls, peer: 'capture' }),
  ...cross('ocsp', stapledStates, { ways: ['smtps', 'imap+starttls'], peer: 's_server' }),
  ...cross('paths', migrationStates, { ways: ['https', 'imaps', 'ldap+starttls'], peer: 'capture' }),
  ...cross('paths', balancerStates, { ways: ['smtps', 'imap+starttls'], peer: 'capture' }),
  ...cross('starttls', attackStates, { ways: startTls, peer: 'script' }),
  ...cross('starttls', strippingStates, { ways: ['imap+starttls', 'smtp+starttls'], peer: 'script' }),
  ...cross('starttls', preauthStates, { ways: ['imap+starttls'], peer: 'script' }),
  ...cross('starttls', clearStates, { ways: ['https', 'imaps', 'smtps'], peer: 'script' }),
  ...cross('sessions', sessionStates, { ways: ['smtps'], peer: 's_server' }),
  ...cross('sessions', tokenStates, { ways: ['imaps', 'imap+starttls', 'smtps', 'smtp+starttls'], peer: 'capture' }),
  ...cross('sessions', redirectStates, { ways: ['https'], peer: 'capture' }),
  ...cross('servers', serverStates, { ways: ['imaps', 'imap+starttls'], peer: 'dovecot' }),
  ...cross('servers', serverStates, { ways: ['smtps', 'smtp+starttls'], peer: 'postfix' }),
  ...cross('servers', serverStates, { ways: ['https'], peer: 'nginx' }),
  ...cross('servers', nginxProtocolStates, { ways: ['https'], peer: 'nginx' }),
  ...cross('servers', fewServerStates, { ways: ['imaps', 'imap+starttls', 'smtps', 'smtp+starttls'], peer: 'nginx-mail' }),
  ...cross('servers', fewServerStates, { ways: ['ldaps', 'ldap+starttls'], peer: 'slapd' }),
];
