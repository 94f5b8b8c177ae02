import { getProfile } from '@mss/core';
import { describe, expect, it } from 'vitest';
import { stunnelConfiguration, type StunnelOptions } from '../src/index.js';

const options: StunnelOptions = {
  services: [
    { name: 'imap', localPort: 1143, host: 'imap.operateur.example', port: 993 },
    { name: 'smtp', localPort: 1587, host: '192.0.2.1', port: 587, servername: 'smtp.operateur.example', starttls: 'smtp' },
  ],
  caFile: '/etc/mss/ca.pem',
  crlFile: '/etc/mss/crl.pem',
  card: { module: '/usr/lib/cps.so', keyUri: 'pkcs11:token=%43;id=%01;type=private', certificateFile: '/etc/mss/carte.pem' },
};
const sections = (text: string): string[] => text.split(/^\[/m);

describe('stunnelConfiguration', () => {
  it('holds version and suites of the profile', () => {
    const text = stunnelConfiguration(options);
    const suites = getProfile('ref2-0.1')
      .tls.suites.map(({ openssl }) => openssl)
      .join(':');
    for (const section of sections(text).slice(1)) {
      for (const line of [
        'client = yes',
        'verifyChain = yes',
        'sslVersion = TLSv1.2',
        `ciphers = ${suites}`,
        'renegotiation = no',
        'sessionResume = no',
      ]) {
        expect(section.split('\n')).toContain(line);
      }
      expect(section).toMatch(/^accept = 127\.0\.0\.1:\d+$/m);
      expect(section).toMatch(/^CAfile = .+\nCRLfile = .+$/m);
    }
    expect(stunnelConfiguration({ ...options, profile: 'ref2-1.0.1' })).toMatch(/^sslVersionMin = TLSv1\.2\nsslVersionMax = TLSv1\.3$/m);
  });

  it('names host, SNI and STARTTLS', () => {
    const [, imap = '', smtp = ''] = sections(stunnelConfiguration(options));
    expect(imap).toMatch(/connect = imap\.operateur\.example:993\nsni = imap\.operateur\.example\ncheckHost = imap\.operateur\.example\n/);
    expect(smtp).toMatch(/connect = 192\.0\.2\.1:587\nprotocol = smtp\nsni = smtp\.operateur\.example\ncheckHost = smtp/);
  });

  it('holds a PIN only when one is given', () => {
    expect(stunnelConfiguration(options)).not.toMatch(/PIN/);
    expect(stunnelConfiguration({ ...options, pin: '4831' })).toMatch(/^engineCtrl = PIN:4831$/m);
  });

  it.each([
    ['a line break in a path', { caFile: '/etc/x\nverifyChain = no' }],
    ['an empty path', { crlFile: '' }],
    ['a line break in a PIN', { pin: '1\n[x]' }],
    ['a bracket in a name', { services: [{ name: 'a]', localPort: 1, host: 'h', port: 1 }] }],
    ['a line break in a host', { services: [{ name: 'a', localPort: 1, host: 'h\nx = y', port: 1, servername: 'h' }] }],
    ['a port that is none', { services: [{ name: 'a', localPort: 0, host: 'h', port: 1 }] }],
    ['an address without a name to check', { services: [{ name: 'a', localPort: 1, host: '192.0.2.1', port: 1 }] }],
  ])('refuses %s', (_, given) => {
    expect(() => stunnelConfiguration({ ...options, ...given })).toThrow(TypeError);
  });
});
