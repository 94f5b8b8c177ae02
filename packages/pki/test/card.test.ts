import { inspect } from 'node:util';
import { buildCertificate, createTestIgc, extension, der, testRsaKey, type TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCard, type CardIdentity, type CardIdentityOptions } from '../src/card/card-identity.js';
import { ck, ckr } from '../src/card/pkcs11.js';
import type { PinRequest } from '../src/card/pin.js';
import { createSecureChannelPolicy, createTrustStore, openCardIdentity } from '../src/index.js';
import { FakeLibrary, fakeParts, fakeToken, type FakeToken } from './support/fake-token.js';
import { startTlsRig } from './support/tls-rig.js';

let igc: TestIgc;
let auth: Uint8Array;
let signature: Uint8Array;
let other: Uint8Array;
let expired: Uint8Array;
let intermediate: Uint8Array;

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  const issue = async (commonName: string, more: object = {}): Promise<Uint8Array> => (await igc.issueClient({ commonName, ...more })).der;
  auth = await issue('899700000001');
  other = await issue('899700000002');
  expired = await issue('899700000003', { notBefore: new Date(Date.now() - 2e9), notAfter: new Date(Date.now() - 1e9) });
  intermediate = igc.intermediate.der;
  // A CPS's second certificate: nonRepudiation alone.
  const nonRepudiation = extension('2.5.29.15', der.bitString(Uint8Array.of(0x40), 6), true);
  const key = await testRsaKey({});
  signature = withUsage(nonRepudiation, key);
});
afterAll(() => igc.close());

/** The test kit knows no nonRepudiation: its usage is replaced. */
function withUsage(usage: Uint8Array, key: Awaited<ReturnType<typeof testRsaKey>>): Uint8Array {
  const now = Date.now();
  const whole = buildCertificate({
    subject: { commonName: '899700000001' },
    issuer: igc.intermediate.name,
    subjectKey: key,
    issuerKey: igc.intermediate.key,
    notBefore: new Date(now - 1e6),
    notAfter: new Date(now + 1e9),
    purposes: ['clientAuth'],
    keyUsage: ['keyEncipherment'],
  });
  const before = Buffer.from(extension('2.5.29.15', der.bitString(Uint8Array.of(0x20), 5), true));
  const at = Buffer.from(whole).indexOf(before);
  expect(at).toBeGreaterThan(0);
  const bytes = Buffer.from(whole);
  bytes.set(usage, at);
  return bytes;
}

const entry = (id: number, value: Uint8Array, label: string, hasKey = true): FakeToken['certificates'][number] => ({
  id: Uint8Array.of(id),
  label,
  der: value,
  hasKey,
});
const cps = (given: Partial<FakeToken> = {}): FakeToken =>
  fakeToken({ certificates: [entry(2, signature, 'Signature'), entry(1, auth, 'Authentification')], ...given });

interface Opened {
  readonly identity: CardIdentity;
  readonly library: FakeLibrary;
  readonly token: FakeToken;
  readonly asked: PinRequest[];
  readonly parts: ReturnType<typeof fakeParts>;
}

function open(token: FakeToken | FakeToken[], given: Partial<CardIdentityOptions> & { readonly pins?: (string | null)[] } = {}): Opened {
  const tokens = Array.isArray(token) ? token : [token];
  const library = new FakeLibrary(...tokens);
  const parts = fakeParts(library);
  const asked: PinRequest[] = [];
  const pins = [...(given.pins ?? [])];
  const pin = (request: PinRequest): string | null => (asked.push(request), pins.length > 0 ? (pins.shift() ?? null) : '4831');
  const identity = openCard({ module: '/fictif/cps.so', pin, ...given }, parts);
  return { identity, library, parts, asked, token: tokens[0] ?? cps() };
}

const refusal = (code: string, more: object = {}): unknown => expect.objectContaining({ code: `ERR_MSS_PKI_CARD_${code}`, ...more });

describe('which certificate', () => {
  it('the one for authentication, not the one for signatures, and without a PIN', () => {
    const { identity, library } = open(cps());
    expect(identity.certificate.subject).toContain('899700000001');
    expect(identity.token).toEqual({ label: 'CPS', serial: '8000000001', reader: 'Lecteur 0', manufacturer: 'ASIP', model: 'FICTIVE' });
    expect(identity.keyUri).toBe('pkcs11:token=%43%50%53;serial=%38%30%30%30%30%30%30%30%30%31;id=%01;type=private');
    expect(library.calls['C_Login']).toBeUndefined();
  });

  it('takes the authorities along that the card holds, and those that are given', () => {
    const pem = (text: string): number => text.split('BEGIN CERTIFICATE').length - 1;
    expect(pem(open(cps()).identity.chainPem)).toBe(1);
    const withCa = cps({ certificates: [entry(9, intermediate, 'AC', false), entry(1, auth, 'Authentification')] });
    expect(pem(open(withCa).identity.chainPem)).toBe(2);
    expect(pem(open(cps(), { intermediates: igc.intermediate.certPem }).identity.chainPem)).toBe(2);
  });

  it.each([
    ['no card at all', () => [], {}, 'ABSENT'],
    ['another label', () => [cps()], { token: { label: 'CPE' } }, 'ABSENT'],
    ['another serial', () => [cps()], { token: { serial: '1' } }, 'ABSENT'],
    ['another reader', () => [cps()], { token: { reader: 'Lecteur 1' } }, 'ABSENT'],
    ['a card without certificate', () => [fakeToken()], {}, 'NO_CERTIFICATE'],
    ['signature alone', () => [fakeToken({ certificates: [entry(2, signature, 's')] })], {}, 'NO_CERTIFICATE'],
    ['bytes that are no certificate', () => [fakeToken({ certificates: [entry(2, Uint8Array.of(1, 2, 3), 's')] })], {}, 'NO_CERTIFICATE'],
    ['an authority alone', () => [fakeToken({ certificates: [entry(2, intermediate, 's')] })], {}, 'NO_CERTIFICATE'],
    ['a label that no certificate has', () => [cps()], { certificate: { label: 'x' } }, 'NO_CERTIFICATE'],
    ['expired', () => [fakeToken({ certificates: [entry(1, expired, 'a')] })], {}, 'EXPIRED'],
    ['not valid yet', () => [cps()], { clock: { now: () => new Date('2001-01-01') } }, 'EXPIRED'],
    ['two on one card', () => [fakeToken({ certificates: [entry(1, auth, 'a'), entry(2, other, 'b')] })], {}, 'AMBIGUOUS'],
    ['two cards', () => [cps(), cps({ serial: '2', reader: 'Lecteur 1' })], {}, 'AMBIGUOUS'],
  ] as const)('%s: %s', (_, tokens, given, code) => {
    expect(() => open([...tokens()], given)).toThrow(refusal(code));
  });

  it('an expired one beside a valid one is passed over', () => {
    const { identity } = open(fakeToken({ certificates: [entry(1, expired, 'a'), entry(2, other, 'b')] }));
    expect(identity.certificate.subject).toContain('899700000002');
  });

  it.each([
    ['label', { label: 'b' }],
    ['fingerprint', { sha256: '' }],
    ['subject', { matches: ({ subject }: { subject: string }) => subject.includes('899700000002') }],
  ])('two certificates are told apart by %s', (_, certificate) => {
    const both = (): FakeToken => fakeToken({ certificates: [entry(1, auth, 'a'), entry(2, other, 'b')] });
    const wanted =
      'sha256' in certificate
        ? { sha256: open(both(), { certificate: { label: 'b' } }).identity.certificate.sha256.toUpperCase() }
        : certificate;
    expect(open(both(), { certificate: wanted }).identity.certificate.subject).toContain('899700000002');
  });

  it('several readers: the card that holds it', () => {
    const tokens = [cps(), fakeToken({ serial: '2', reader: 'Lecteur 1', certificates: [entry(1, other, 'b')] })];
    expect(open(tokens, { token: { reader: 'Lecteur 1' } }).identity.token.serial).toBe('2');
    expect(open(tokens, { certificate: { matches: ({ subject }) => subject.includes('0002') } }).identity.token.serial).toBe('2');
  });
});

describe('the PIN is asked for once, and tried once', () => {
  it('by many at the same time', async () => {
    const { identity, library, asked } = open(cps());
    await Promise.all(Array.from({ length: 20 }, () => identity.unlock()));
    await identity.unlock();
    expect(asked).toEqual([{ tokenLabel: 'CPS', tokenSerial: '8000000001', reader: 'Lecteur 0', triesLeft: 'unknown', reason: 'first' }]);
    expect(library.calls['C_Login']).toBe(1);
    expect(identity.state).toBe('ready');
  });

  it('a wrong one closes the identity until another is supplied; the same is never shown again', async () => {
    const { identity, library, asked, token } = open(cps(), { pins: ['0000', '0000', '4831'] });
    await expect(identity.unlock()).rejects.toThrow(
      refusal('PIN_WRONG', { permanent: true, details: expect.objectContaining({ tried: true }) }),
    );
    expect(identity.state).toBe('refused');
    await expect(identity.unlock()).rejects.toThrow(refusal('PIN_WRONG', { details: expect.objectContaining({ tried: false }) }));
    expect([library.calls['C_Login'], token.triesLeft]).toEqual([1, 2]);
    await identity.unlock();
    expect(asked.map(({ triesLeft, reason }) => [triesLeft, reason])).toEqual([
      ['unknown', 'first'],
      ['low', 'again'],
      ['low', 'again'],
    ]);
    expect([library.calls['C_Login'], identity.state]).toEqual([2, 'ready']);
  });

  it('two wrong ones: the last try is not made, unless the host says so', async () => {
    const { identity, library, asked, token } = open(cps(), { pins: ['0000', '1111', '2222'] });
    await expect(identity.unlock()).rejects.toThrow(refusal('PIN_WRONG'));
    await expect(identity.unlock()).rejects.toThrow(refusal('PIN_WRONG'));
    await expect(identity.unlock()).rejects.toThrow(refusal('PIN_FINAL_TRY'));
    expect([library.calls['C_Login'], token.triesLeft, asked.length]).toEqual([2, 1, 2]);
    const insistent = open(cps({ triesLeft: 1 }), { finalTry: 'ask' });
    await insistent.identity.unlock();
    expect(insistent.asked[0]?.triesLeft).toBe('final');
  });

  it.each([
    ['a blocked card', { triesLeft: 0 }, 'PIN_BLOCKED'],
    ['a PIN that must be changed', { flags: ck.userPinToBeChanged }, 'PIN_UNSET'],
    ['a PIN pad', { flags: ck.protectedAuthenticationPath }, 'PIN_PAD'],
  ])('%s: nobody is asked', async (_, given, code) => {
    const { identity, library, asked } = open(cps(given));
    await expect(identity.unlock()).rejects.toThrow(refusal(code));
    expect([library.calls['C_Login'], asked]).toEqual([undefined, []]);
  });

  it.each([
    ['cancelled', null, 'PIN_CANCELLED'],
    ['too short', '123', 'PIN_FORMAT'],
    ['too long', '123456789', 'PIN_FORMAT'],
    ['empty', '', 'PIN_FORMAT'],
    ['with a NUL', '4831\0', 'PIN_FORMAT'],
  ])('%s: the card is not asked, and nobody again before unlock', async (_, pin, code) => {
    const { identity, library, asked } = open(cps(), { pins: [pin] });
    await expect(identity.unlock()).rejects.toThrow(refusal(code));
    expect([library.calls['C_Login'], asked.length, identity.state]).toEqual([undefined, 1, 'refused']);
  });

  it('a question that fails is a PIN that was not given', async () => {
    const pin = async (): Promise<string> => Promise.reject(new Error('no window'));
    await expect(open(cps(), { pin }).identity.unlock()).rejects.toThrow(refusal('PIN_CANCELLED'));
  });

  it.each([
    [ckr.pinLocked, 'PIN_BLOCKED'],
    [ckr.pinExpired, 'PIN_UNSET'],
    [ckr.pinInvalid, 'PIN_FORMAT'],
    [ckr.generalError, 'MODULE'],
    [ckr.deviceError, 'MODULE'],
  ])('a login answered with %i is %s, and is not tried again with that PIN', async (answer, code) => {
    const { identity, library } = open(cps());
    library.loginAnswer = answer;
    await expect(identity.unlock()).rejects.toThrow(refusal(code));
    library.loginAnswer = null;
    await expect(identity.unlock()).rejects.toThrow(refusal('PIN_WRONG', { details: expect.objectContaining({ tried: false }) }));
    expect(library.calls['C_Login']).toBe(1);
  });

  it('another part of the process has logged in: that is used, and not ended', async () => {
    const { identity, library } = open(cps());
    library.loginAnswer = ckr.userAlreadyLoggedIn;
    await expect(identity.unlock()).rejects.toThrow(refusal('KEY'));
    const shared = open(cps());
    const session = shared.library.C_OpenSession(Uint8Array.of(0));
    shared.library.C_Login(session, ck.user, '4831');
    await shared.identity.unlock();
    expect([shared.asked, shared.library.calls['C_Login']]).toEqual([[], 1]);
    await shared.identity.close();
    expect(shared.library.calls['C_Logout']).toBeUndefined();
  });

  it('stands in nothing that can be printed', async () => {
    const { identity } = open(cps(), { pins: ['7777', '4831'] });
    const error: unknown = await identity.unlock().catch((reason: unknown) => reason);
    await identity.unlock();
    for (const shown of [inspect(error, { depth: 9 }), inspect(identity, { depth: 9 }), JSON.stringify(identity)])
      expect(shown).not.toMatch(/7777|4831/);
  });
});

describe('the card goes away', () => {
  it('and comes back: REMOVED until then, afterwards the PIN once more', async () => {
    const { identity, library, asked, token } = open(cps());
    await identity.unlock();
    library.remove(token);
    expect(identity.state).toBe('locked');
    await expect(identity.unlock()).rejects.toThrow(refusal('REMOVED', { permanent: false }));
    expect(asked).toHaveLength(1);
    library.insert(token, 2);
    await identity.unlock();
    expect(asked.map(({ reason }) => reason)).toEqual(['first', 'reinserted']);
    expect(library.calls['C_Login']).toBe(2);
  });

  it('another card in its place is not asked for the PIN of this one', async () => {
    const { identity, library, asked, token } = open(cps());
    await identity.unlock();
    library.remove(token);
    library.insert(fakeToken({ certificates: [entry(1, other, 'b')] }));
    await expect(identity.unlock()).rejects.toThrow(refusal('REMOVED'));
    expect([library.calls['C_Login'], asked.length]).toEqual([1, 1]);
  });

  it('while the person types: the other card that came in never sees the PIN', async () => {
    const token = cps();
    const library = new FakeLibrary(token);
    const swap = (): string => (library.remove(token), library.insert(cps({ pin: '9999' })), '4831');
    const identity = openCard({ module: 'x', pin: swap }, fakeParts(library));
    const fresh = library.slots[0];
    await expect(identity.unlock()).rejects.toThrow(refusal('REMOVED'));
    expect((library.slots[0] ?? fresh)?.triesLeft).toBe(3);
  });

  it('a library that has lost its service is started once more', async () => {
    const { identity, library } = open(cps());
    library.listAnswer = ckr.deviceError;
    await identity.unlock();
    expect(library.calls).toMatchObject({ C_Finalize: 1, C_Initialize: 1, C_Login: 1 });
    const broken = open(cps());
    broken.library.listAnswer = 0x54;
    await expect(broken.identity.unlock()).rejects.toThrow(refusal('MODULE'));
  });
});

describe('the key', () => {
  it.each([
    ['is not there', { certificates: [] }],
    ['asks for the PIN at every signature', { alwaysAuthenticate: true }],
  ])('%s: refused after one login, not tried again', async (_, given) => {
    const token = cps(given);
    if (token.certificates.length === 0) token.certificates = [entry(1, auth, 'a', false)];
    const { identity, library } = open(token);
    await expect(identity.unlock()).rejects.toThrow(refusal('KEY'));
    expect([library.calls['C_Login'], identity.state]).toEqual([1, 'refused']);
  });

  it('is closed for good', async () => {
    const { identity, library } = open(cps());
    await identity.unlock();
    await identity.close();
    await identity.close();
    expect([identity.state, library.calls['C_Logout']]).toEqual(['closed', 1]);
    await expect(identity.unlock()).rejects.toThrow(refusal('CLOSED'));
  });

  it('closed while the person types: logged out again', async () => {
    const token = cps();
    const library = new FakeLibrary(token);
    const box: { identity?: CardIdentity } = {};
    const pin = async (): Promise<string> => (await box.identity?.close(), '4831');
    box.identity = openCard({ module: 'x', pin }, fakeParts(library));
    await expect(box.identity.unlock()).rejects.toThrow();
    expect(box.identity.state).toBe('closed');
    expect(library.C_GetSessionInfo(library.C_OpenSession(Uint8Array.of(0))).state).toBe(0);
  });
});

describe('on a policy', () => {
  it('the PIN is asked for after the verdict, and a refused server brings no question', async () => {
    const server = await igc.issueServer({ hostnames: ['mail.example'] });
    const bad = await igc.issueServer({ hostnames: ['mail.example'] });
    igc.revoke(bad);
    const [rig, refused] = [await startTlsRig({ certificate: server }), await startTlsRig({ certificate: bad })];
    const { identity, asked, parts } = open(cps({ mechanisms: [] }));
    const trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
    await using policy = createSecureChannelPolicy({ trust, clientIdentity: identity });
    const at = (port: number): { host: string; port: number; servername: string } => ({
      host: '127.0.0.1',
      port,
      servername: 'mail.example',
    });
    await expect(policy.connect(at(refused.port))).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    expect(asked).toEqual([]);
    await policy.warm(at(rig.port));
    expect(asked).toHaveLength(1);
    expect(() => policy.tlsOptions(at(rig.port))).not.toThrow();
    expect(parts.contexts).toMatchObject([
      { uri: identity.keyUri, chain: identity.chainPem, maxVersion: 'TLSv1.2', sigalgs: expect.not.stringContaining('pss') },
    ]);
    await identity.close();
    expect(() => policy.tlsOptions(at(rig.port))).toThrow(refusal('CLOSED'));
    await rig.close();
    await refused.close();
  });

  it('a library that opens its own socket is told that the PIN is missing', async () => {
    const server = await igc.issueServer({ hostnames: ['mail.example'] });
    const rig = await startTlsRig({ certificate: server });
    const { identity } = open(cps());
    const trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
    await using policy = createSecureChannelPolicy({ trust, clientIdentity: identity });
    const target = { host: '127.0.0.1', port: rig.port, servername: 'mail.example' };
    await policy.warm({ ...target, clientIdentity: null });
    expect(() => policy.tlsOptions(target)).toThrow(refusal('LOCKED'));
    await rig.close();
  });

  it('all sessions of the card are in use: said, because the engine would wait for ever', async () => {
    const server = await igc.issueServer({ hostnames: ['mail.example'] });
    const rig = await startTlsRig({ certificate: server });
    const { identity } = open(cps({ maxSessions: 1 }));
    const trust = createTrustStore({ name: 'test', anchors: [igc.caPem] });
    await using policy = createSecureChannelPolicy({ trust, clientIdentity: identity });
    await expect(policy.connect({ host: '127.0.0.1', port: rig.port, servername: 'mail.example' })).rejects.toThrow(refusal('ENGINE'));
    await rig.close();
  });
});

it('an engine that is not there is said before anything is loaded', async () => {
  await expect(openCardIdentity({ module: '/nonexistent.so', engine: '/nonexistent.so', pin: () => null })).rejects.toThrow(
    refusal('ENGINE'),
  );
});
