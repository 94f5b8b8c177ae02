import { getProfile } from '@mss/core';
import { describe, expect, it } from 'vitest';
import type { HelloAnswer } from '../src/tls/client-hello.js';
import { classifyFailure } from '../src/tls/classify.js';

const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const tls13: HelloAnswer = { kind: 'hello', version: 0x0304, suite: 0x1301 };

async function codeOf(error: Error, legacy: HelloAnswer): Promise<{ readonly code: string; readonly permanent: boolean }> {
  const { code, permanent } = await classifyFailure(error, {
    rules: getProfile('ref2-0.1').tls,
    sawCertificate: false,
    offeredIdentity: false,
    ask: async ({ versions }) => (versions === 'tls13' ? tls13 : legacy),
  });
  return { code, permanent };
}

describe('why no ServerHello came', () => {
  it('a server that answers TLS 1.2 with an alert and TLS 1.3 with a hello has only 1.3 [ECO.1.1.2]', async () => {
    expect(await codeOf(reset, { kind: 'alert', description: 70 })).toEqual({ code: 'ERR_MSS_TLS_VERSION', permanent: true });
  });

  it('a link that breaks under the hello of TLS 1.2 each time says nothing about versions', async () => {
    expect(await codeOf(reset, { kind: 'other' })).toEqual({ code: 'ERR_MSS_TLS_CLOSED', permanent: false });
  });
});

describe('a handshake that failed after the certificate of the server', () => {
  const failed = async (message: string): Promise<{ readonly code: string; readonly permanent: boolean }> => {
    const state = { rules: getProfile('ref2-0.1').tls, sawCertificate: true, offeredIdentity: true, ask: null };
    const { code, permanent } = await classifyFailure(Object.assign(new Error(message), { code: 'ERR_SSL_X' }), state);
    return { code, permanent };
  };

  it.each([
    ['handshake failure', 40, true],
    ['illegal parameter', 47, true],
    ['bad record mac', 20, false],
    ['internal error', 80, false],
  ])('by the alert of %s (%i): permanent is %s', async (name, alert, permanent) => {
    expect(await failed(`ssl/tls alert ${name}:SSL alert number ${alert}`)).toEqual({ code: 'ERR_MSS_TLS_HANDSHAKE', permanent });
  });

  it('without an alert may have been spoilt on the way', async () => {
    expect(await failed('decryption failed or bad record mac')).toEqual({ code: 'ERR_MSS_TLS_HANDSHAKE', permanent: false });
  });
});
