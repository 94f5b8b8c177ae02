import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createTempDirectory, der } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScenario, sandboxVariants, startSandbox, type Sandbox, type SandboxVariantName } from '../src/index.js';
import { claire, conformingTls, hugo, imap, sil, smtp, withImap } from './clients.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => sandbox.stop());

/** Every CRL that the sandbox publishes, as PEM. */
async function crls(): Promise<string[]> {
  return Promise.all(
    sandbox.crl.urls.map(async (url) => {
      return der.pem('X509 CRL', new Uint8Array(await (await fetch(url)).arrayBuffer()));
    }),
  );
}

/** How a conforming client that checks the CRLs fares: `accepted`, or the code of its refusal. */
async function verdict(port: number): Promise<{ outcome: string; certificate: PeerCertificate | null }> {
  const crl = await crls();
  return new Promise((resolve) => {
    const socket = connectTls(
      { host: sandbox.host, port, ca: sandbox.caPem, servername: sandbox.servername, crl, ...conformingTls },
      () => {
        resolve({ outcome: 'accepted', certificate: socket.getPeerCertificate() });
        socket.destroy();
      },
    );
    socket.on('error', (error: NodeJS.ErrnoException) => resolve({ outcome: error.code ?? error.message, certificate: null }));
  });
}

describe('the channel', () => {
  it('is exactly what the référentiel asks for [ECO.1.1.2, ECO.1.1.3]', async () => {
    expect(await verdict(sandbox.ports.imaps)).toMatchObject({ outcome: 'accepted' });
    expect(await verdict(sandbox.ports.smtps)).toMatchObject({ outcome: 'accepted' });
    const [secured] = sandbox.events.ofType('secured');
    expect(secured).toMatchObject({ protocol: 'TLSv1.2', cipher: 'ECDHE-RSA-AES256-GCM-SHA384', clientCertificate: null });
    for (const offer of [
      { minVersion: 'TLSv1.3' },
      { ciphers: 'ECDHE-RSA-CHACHA20-POLY1305' },
      { ciphers: 'AES256-GCM-SHA384' },
    ] as const) {
      const refused = new Promise((resolve) => {
        connectTls({
          host: sandbox.host,
          port: sandbox.ports.imaps,
          ca: sandbox.caPem,
          servername: sandbox.servername,
          ...conformingTls,
          maxVersion: 'TLSv1.3',
          ...offer,
        })
          .on('error', resolve)
          .on('secureConnect', () => resolve('accepted'));
      });
      expect(await refused).toBeInstanceOf(Error);
    }
    await sandbox.events.waitFor(({ type }) => type === 'handshake-failed');
  });

  const expected: Record<SandboxVariantName, RegExp> = {
    revoked: /^CERT_REVOKED$/,
    'revoked-intermediate': /^CERT_REVOKED$/,
    expired: /^CERT_HAS_EXPIRED$/,
    'not-yet-valid': /^CERT_NOT_YET_VALID$/,
    'wrong-host': /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'unknown-ca': /^(UNABLE_TO_|SELF_SIGNED_)/,
    'missing-intermediate': /^UNABLE_TO_/,
    // Node tells the last of several faults.
    'self-signed': /^(DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_CRL)$/,
    // Its chain is good; only who asks for the CRL that it names finds out.
    'no-crl': /^accepted$/,
    'stale-crl': /^CRL_HAS_EXPIRED$/,
    'tls13-only': /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|HANDSHAKE_FAILURE/,
    'tls11-only': /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|HANDSHAKE_FAILURE|WRONG_VERSION/,
    'bad-suite': /HANDSHAKE_FAILURE/,
  };

  it.each(sandboxVariants)('shows the fault of %s, and of the wire that nothing left', async (name) => {
    await using variant = await sandbox.startVariant(name);
    const { outcome } = await verdict(variant.ports.imaps);
    expect(outcome).toMatch(expected[name]);
    const [wire] = variant.wire();
    expect(wire).toMatchObject({
      port: variant.ports.imaps,
      clientCertificates: 0,
      clientSigned: false,
      offered: { cipherSuites: expect.arrayContaining([0xc030, 0xc02f, 0xc028, 0xc027]) },
    });
    expect(wire!.applicationBytes).toBe(0);
  });

  it('sees a client certificate that left too early, STARTTLS included', async () => {
    await using variant = await sandbox.startVariant('expired');
    await expect(
      smtp(sandbox, sil, { certificate: true, auth: 'external', ports: variant.ports, starttls: true }).sendMail({
        from: sil,
        to: hugo,
        text: 'secret',
      }),
    ).rejects.toThrow();
    expect(variant.wire()).toMatchObject([
      { clearText: expect.stringMatching(/^EHLO .*\r\nSTARTTLS\r\n$/), clientCertificates: 2, clientSigned: true, applicationBytes: 0 },
    ]);
  });

  it('names in no-crl a CRL that cannot be had', async () => {
    await using variant = await sandbox.startVariant('no-crl');
    const { certificate } = await verdict(variant.ports.smtps);
    expect(certificate!.raw.toString('latin1')).toContain('/absent.crl');
    expect((await fetch(new URL('/absent.crl', sandbox.crl.urls[0]))).status).toBe(404);
  });

  it('can take its CRLs away and give them back', async () => {
    sandbox.crl.setDown(true);
    await expect(fetch(sandbox.crl.urls[0]!)).rejects.toThrow();
    sandbox.crl.setDown(false);
    const before = sandbox.crl.requests;
    expect((await fetch(sandbox.crl.urls[0]!)).ok).toBe(true);
    expect(sandbox.crl.requests).toBe(before + 1);
  });
});

describe('the event log', () => {
  it('tells what the servers saw, without a word of content', async () => {
    const own = await startSandbox();
    await smtp(own, sil, { certificate: true, auth: 'external', starttls: true }).sendMail({
      from: sil,
      to: claire,
      subject: 'sujet-secret',
      text: 'corps-secret',
    });
    await withImap(imap(own, claire), async (client) => client.mailboxOpen('INBOX'));
    for (const one of [1, 2]) await own.events.waitFor(({ type, connection }) => type === 'closed' && connection === one);
    const smtpEvents = own.events.of(1);
    expect(
      smtpEvents
        .filter(({ command }) => command !== 'QUIT')
        .map(({ type, command }) => command ?? type)
        .join(' '),
    ).toBe('connected EHLO STARTTLS secured EHLO AUTH authenticated MAIL RCPT DATA message closed');
    expect(smtpEvents.find(({ type }) => type === 'secured')).toMatchObject({
      protocol: 'TLSv1.2',
      clientCertificate: own.account(sil).clientCertificate!.fingerprint256,
    });
    expect(smtpEvents.at(-1)!.decryptedBytes).toBeGreaterThan(500);
    expect(own.events.of(2).map(({ type }) => type)).toContain('authenticated');
    expect(own.events.of(2).at(-1)!.decryptedBytes).toBeGreaterThan(50);
    const text = JSON.stringify([...own.events]);
    for (const secret of ['secret', own.account(claire).password!, claire, sil]) expect(text).not.toContain(secret);
    own.events.clear();
    expect(own.events.length).toBe(0);
    await own.stop();
  });

  it('is bounded', async () => {
    const own = await startSandbox({ limits: { events: 20 } });
    for (let round = 0; round < 5; round += 1) await withImap(imap(own, claire), async () => {});
    expect(own.events.length).toBeLessThanOrEqual(25);
    await own.stop();
  });
});

describe('starting and stopping', () => {
  it('writes CA and client certificates for other programs, keys readable by their user alone', async () => {
    await using folder = await createTempDirectory();
    const own = await startSandbox({ dataDirectory: folder.path });
    const description = own.describe();
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    expect(description).toMatchObject({ host: '127.0.0.1', servername: 'operateur.mssante.test', environment: 'test', ports: own.ports });
    expect(readFileSync(description.caFile!, 'utf8')).toBe(own.caPem);
    const applicative = description.accounts.find(({ kind }) => kind === 'applicative')!;
    expect(new X509Certificate(readFileSync(applicative.clientCertificateFile!)).subject).toContain(`CN=${sil}`);
    if (process.platform !== 'win32') expect(statSync(applicative.clientKeyFile!).mode & 0o777).toBe(0o600);
    await own.stop();
  });

  it('takes five ports from a base, or says which one is taken', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startSandbox({ portBase: taken })).rejects.toMatchObject({ code: 'ERR_MSS_SANDBOX_PORT_TAKEN' });
    blocker.close();
  });

  it('cuts everything when it stops', async () => {
    const own = await startSandbox();
    const client = await imap(own, claire);
    const closed = new Promise((resolve) => client.on('close', resolve));
    await own.stop();
    await closed;
    await own.stop();
    await expect(imap(own, claire)).rejects.toThrow();
    await expect(own.startVariant('expired')).rejects.toMatchObject({ code: 'ERR_MSS_SANDBOX_STOPPED' });
  });

  it.each([
    [
      {
        accounts: [
          { address: claire, kind: 'personal' as const },
          { address: claire.toUpperCase(), kind: 'personal' as const },
        ],
      },
    ],
    [{ accounts: [{ address: 'x', kind: 'personal' as const }] }],
    [{ limits: { messageBytes: 0 } }],
    [{ portBase: 70_000 }],
  ])('refuses impossible options %#', async (options) => {
    await expect(startSandbox(options)).rejects.toMatchObject({ code: 'ERR_MSS_SANDBOX_OPTION' });
  });

  const scenarios = new URL('../../../tooling/testdata/sandbox/scenarios/', import.meta.url);
  const files = readdirSync(scenarios);

  it.each(files.filter((name) => name.startsWith('valid_')))('starts with the scenario %s', async (name) => {
    const path = fileURLToPath(new URL(name, scenarios));
    const { options, faults } = await readScenario(path);
    const own = await startSandbox(options);
    for (const fault of faults) own.addFault(fault);
    const written: unknown = JSON.parse(readFileSync(path, 'utf8'));
    expect({ ...options, ...(faults.length === 0 ? {} : { faults }) }).toEqual(written);
    expect(own.accounts.map(({ address }) => address)).toEqual(options.accounts?.map(({ address }) => address));
    await own.stop();
  });

  it.each([...files.filter((name) => name.startsWith('invalid_')), 'absent.json'])('refuses the scenario %s', async (name) => {
    await expect(readScenario(fileURLToPath(new URL(name, scenarios)))).rejects.toMatchObject({ code: 'ERR_MSS_SANDBOX_SCENARIO' });
  });
});
