import { accepted, refused, type State } from './cell.js';

const version = refused('ERR_MSS_TLS_VERSION', 'ECO.1.1.2');
const suite = refused('ERR_MSS_TLS_SUITE', 'ECO.1.1.3');

/** Versions that a server offers, and the arguments of `openssl s_server` that make it do so. */
export const versionStates: readonly (State & { readonly args: readonly string[] })[] = [
  { key: 'tls1.0', title: 'TLS 1.0 only', expected: version, args: ['-tls1', '-cipher', 'ALL:@SECLEVEL=0'] },
  { key: 'tls1.1', title: 'TLS 1.1 only', expected: version, args: ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'] },
  {
    key: 'tls1.0+1.1',
    title: 'TLS 1.0 and 1.1',
    expected: version,
    args: ['-max_protocol', 'TLSv1.1', '-min_protocol', 'TLSv1', '-cipher', 'ALL:@SECLEVEL=0'],
  },
  { key: 'tls1.2', title: 'TLS 1.2 only', expected: accepted(), args: ['-tls1_2'] },
  {
    key: 'tls1.0-1.2',
    title: 'TLS 1.0 to 1.2',
    expected: accepted(),
    args: ['-max_protocol', 'TLSv1.2', '-min_protocol', 'TLSv1', '-cipher', 'ALL:@SECLEVEL=0'],
  },
  { key: 'tls1.2+1.3', title: 'TLS 1.2 and 1.3', expected: accepted(), args: ['-min_protocol', 'TLSv1.2'] },
  { key: 'tls1.3', title: 'TLS 1.3 only', expected: version, args: ['-tls1_3'] },
  {
    key: 'tls1.1+1.3',
    title: 'TLS 1.3 and 1.1, without 1.2',
    expected: version,
    args: ['-min_protocol', 'TLSv1', '-no_tls1_2', '-cipher', 'ALL:@SECLEVEL=0'],
  },
];

/** The same servers in `ref2-1.0.1`, which allows TLS 1.3 and states the rule in ECO.1.1.1. */
export const versionStates101: readonly (State & { readonly args: readonly string[] })[] = versionStates.map((state) => {
  const speaks13 = state.key.endsWith('1.3');
  if (speaks13) return { ...state, expected: accepted({ protocol: 'TLSv1.3' }) };
  return state.expected.verdict === 'accepted' ? state : { ...state, expected: refused('ERR_MSS_TLS_VERSION', 'ECO.1.1.1') };
});

/** A version that OpenSSL no longer has: a scripted ServerHello. */
export const scriptedVersions: readonly State[] = [{ key: 'ssl3', title: 'SSL 3.0 only', expected: version }];

const negotiated = (key: string, cipher: string): State & { readonly args: readonly string[] } => ({
  key,
  title: key,
  expected: accepted({ cipher }),
  args: ['-tls1_2', '-cipher', key],
});

const unwanted = (key: string, title: string): State & { readonly args: readonly string[] } => ({
  key,
  title: `${title} (${key}) only`,
  expected: suite,
  args: ['-tls1_2', '-cipher', `${key}:@SECLEVEL=0`],
});

/** Suites of TLS 1.2, one at a time. */
export const suiteStates: readonly (State & { readonly args: readonly string[]; readonly key: string })[] = [
  negotiated('ECDHE-RSA-AES256-GCM-SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
  negotiated('ECDHE-RSA-AES128-GCM-SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'),
  negotiated('ECDHE-RSA-AES256-SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384'),
  negotiated('ECDHE-RSA-AES128-SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256'),
  unwanted('ECDHE-RSA-AES256-SHA', 'CBC with SHA-1'),
  unwanted('ECDHE-RSA-AES128-SHA', 'CBC with SHA-1'),
  unwanted('DHE-RSA-AES256-GCM-SHA384', 'finite-field Diffie-Hellman'),
  unwanted('DHE-RSA-AES128-SHA256', 'finite-field Diffie-Hellman, CBC'),
  unwanted('AES256-GCM-SHA384', 'RSA key exchange'),
  unwanted('AES128-SHA', 'RSA key exchange, CBC with SHA-1'),
  unwanted('ECDHE-RSA-CHACHA20-POLY1305', 'ChaCha20-Poly1305'),
  unwanted('ECDHE-RSA-CAMELLIA256-SHA384', 'Camellia'),
  unwanted('ECDHE-ARIA256-GCM-SHA384', 'ARIA'),
  unwanted('DHE-RSA-AES256-CCM', 'CCM'),
  unwanted('NULL-SHA256', 'no encryption'),
  unwanted('ECDHE-RSA-NULL-SHA', 'no encryption, with ECDHE'),
  unwanted('ADH-AES256-GCM-SHA384', 'no authentication'),
  unwanted('AECDH-AES256-SHA', 'no authentication, elliptic'),
  unwanted('PSK-AES256-GCM-SHA384', 'pre-shared key'),
  {
    key: 'tls1.3-and-chacha20',
    title: 'TLS 1.3, and for 1.2 ChaCha20 only',
    expected: suite,
    args: ['-min_protocol', 'TLSv1.2', '-cipher', 'ECDHE-RSA-CHACHA20-POLY1305'],
  },
  {
    key: 'unwanted-preferred',
    title: 'the server prefers suites outside the list and has one of them',
    expected: accepted({ cipher: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' }),
    args: [
      '-tls1_2',
      '-serverpref',
      '-cipher',
      'AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0',
    ],
  },
];
