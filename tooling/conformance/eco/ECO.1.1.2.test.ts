/** ECO.1.1.2: only TLS 1.2 is negotiated; otherwise the connection is not established. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nothingSeen } from '../../../packages/pki/test/support/tls-rig.js';
import { operatorName, startWorld, type World } from '../../../packages/pki/test/support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const old = { ciphers: 'ALL:@SECLEVEL=0' };

describe('ECO.1.1.2', () => {
  it('negotiates TLS 1.2, also with an operator that has older and newer versions', async () => {
    const good = await world.igc.issueServer({ hostnames: [operatorName] });
    expect((await world.meet(good)).decision?.protocol).toBe('TLSv1.2');
    expect((await world.meet(good, { rig: { minVersion: 'TLSv1', maxVersion: 'TLSv1.3', ...old } })).decision?.protocol).toBe('TLSv1.2');
  });

  it.each([
    ['TLS 1.3', { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }],
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ...old }],
    ['TLS 1.0', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ...old }],
  ] as const)('makes no connection with an operator that has only %s', async (_, rig) => {
    const good = await world.igc.issueServer({ hostnames: [operatorName] });
    expect(await world.meet(good, { rig })).toMatchObject({ code: 'ERR_MSS_TLS_VERSION', requirement: 'ECO.1.1.2', evidence: nothingSeen });
  });
});
