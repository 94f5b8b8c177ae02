import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestIgc, startOcspResponder, TlsWire, type OcspFault, type OcspResponder, type TestIgc } from '../src/index.js';

let igc: TestIgc;
let responder: OcspResponder;
beforeAll(async () => {
  igc = await createTestIgc();
  responder = await startOcspResponder({ issuer: igc.intermediate });
});
afterAll(async () => {
  await responder.close();
  await igc.close();
});

/** A request for an arbitrary certificate: CertID and nonce are echoed, not read. */
const request = Buffer.from(`304530433041303f303d300906052b0e03021a05000414${'11'.repeat(20)}0414${'22'.repeat(20)}020433333333`, 'hex');
const ask = async (signal?: AbortSignal): Promise<Response> =>
  fetch(responder.url, { method: 'POST', body: request, ...(signal === undefined ? {} : { signal }) });

describe('the OCSP responder', () => {
  it('answers, and keeps what it was asked', async () => {
    responder.behave({ issuer: igc.intermediate });
    const before = responder.requests.length;
    const answer = new Uint8Array(await (await ask()).arrayBuffer());
    expect([answer[0], answer.length > 300, responder.requests.length - before]).toEqual([0x30, true, 1]);
    expect(Buffer.from(responder.requests.at(-1) ?? []).equals(request)).toBe(true);
  });

  it('misbehaves as it is told', async () => {
    const met = async (fault: OcspFault): Promise<string> => {
      responder.behave(fault);
      return ask(AbortSignal.timeout(200)).then(
        async (response) => {
          if (fault === 'huge') await response.body?.cancel();
          const body = fault === 'huge' ? '' : Buffer.from(await response.arrayBuffer()).toString('hex');
          return `${response.status} ${body.slice(0, 10)}`.trim();
        },
        (error: unknown) => (error instanceof Error ? error.name : 'failure'),
      );
    };
    expect(await met('silent')).toBe('TimeoutError');
    expect(await met('down')).toBe('TypeError');
    expect(await met('error')).toBe('503');
    expect(await met('html')).toBe(`200 ${Buffer.from('<!DOC').toString('hex')}`);
    expect(await met('garbage')).toBe('200 2a2a2a2a2a');
    expect(await met('try-later')).toBe('200 30030a0103');
    expect(await met('huge')).toBe('200');
  });
});

describe('the wire', () => {
  const startTls = Buffer.from('301d02010177188016312e332e362e312e342e312e313436362e3230303337', 'hex');
  /** A ClientHello with a session id of this length and these extensions. */
  const hello = (sessionId: number, extensions: string): Buffer => {
    const ext = Buffer.from(extensions, 'hex');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(ext.length);
    const body = Buffer.concat([
      Buffer.from('0303', 'hex'),
      Buffer.alloc(32),
      Buffer.from([sessionId]),
      Buffer.alloc(sessionId, 1),
      Buffer.from('0002c0300100', 'hex'),
      length,
      ext,
    ]);
    const message = Buffer.concat([Buffer.from([1, 0, body.length >> 8, body.length & 0xff]), body]);
    return Buffer.concat([Buffer.from([22, 3, 1, message.length >> 8, message.length & 0xff]), message]);
  };
  const observe = (...chunks: readonly Buffer[]): TlsWire['observation'] => {
    const wire = new TlsWire();
    for (const chunk of chunks) wire.feed(chunk);
    return wire.observation;
  };

  it('sees TLS begin after the StartTLS request of LDAP, however the bytes come', () => {
    for (const size of [1, 7, 1000]) {
      const bytes = Buffer.concat([startTls, hello(0, '')]);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
      expect(observe(...chunks)).toMatchObject({ clearText: startTls.toString('latin1'), clientHello: { cipherSuites: [0xc030] } });
    }
    // The same two bytes inside a request are none.
    expect(observe(Buffer.from('30050201011603', 'hex')).clientHello).toBeNull();
  });

  it('tells a session that is brought back from one that only fills the field', () => {
    expect(observe(hello(0, '')).clientHello?.resumes).toBe(false);
    expect(observe(hello(32, '')).clientHello?.resumes).toBe(true);
    expect(observe(hello(0, '002300020102')).clientHello?.resumes).toBe(true);
    expect(observe(hello(0, '00230000')).clientHello?.resumes).toBe(false);
    // TLS 1.3: a random session id, or a pre-shared key.
    expect(observe(hello(32, '002b0003020304')).clientHello?.resumes).toBe(false);
    expect(observe(hello(32, '002b000302030400290000')).clientHello?.resumes).toBe(true);
  });
});
