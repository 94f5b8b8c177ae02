/** ECO.1.1.5: the certificate that the operator presents is not expired. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nothingSeen } from '../../../packages/pki/test/support/tls-rig.js';
import { operatorName, startWorld, type World } from '../../../packages/pki/test/support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const fromNow = (days: number): Date => new Date(Date.now() + days * 86_400_000);

describe('ECO.1.1.5', () => {
  it('connects while the certificate is valid', async () => {
    expect(await world.meet(await world.igc.issueServer({ hostnames: [operatorName], notAfter: fromNow(1) }))).toMatchObject({
      code: 'none',
    });
  });

  it('makes no connection when it has expired', async () => {
    const expired = await world.igc.issueServer({ hostnames: [operatorName], notAfter: fromNow(-1) });
    expect(await world.meet(expired)).toMatchObject({ code: 'ERR_MSS_TLS_EXPIRED', requirement: 'ECO.1.1.5', evidence: nothingSeen });
  });

  it('makes no connection when it is not valid yet', async () => {
    const early = await world.igc.issueServer({ hostnames: [operatorName], notBefore: fromNow(1) });
    expect(await world.meet(early)).toMatchObject({ code: 'ERR_MSS_TLS_NOT_YET_VALID', requirement: 'ECO.1.1.5', evidence: nothingSeen });
  });

  it('makes no connection when the authority that issued it has expired', async () => {
    const issuer = await world.igc.issueIntermediate({ commonName: 'ANCIENNE', notAfter: fromNow(-1) });
    const server = await world.igc.issueServer({ hostnames: [operatorName], issuer });
    expect(await world.meet(server)).toMatchObject({ code: 'ERR_MSS_TLS_EXPIRED', requirement: 'ECO.1.1.5', evidence: nothingSeen });
  });

  it('goes by the clock that the host gives', async () => {
    const server = await world.igc.issueServer({ hostnames: [operatorName], notAfter: fromNow(30) });
    const policy = { clock: { now: () => fromNow(31) } };
    expect(await world.meet(server, { policy })).toMatchObject({ code: 'ERR_MSS_TLS_EXPIRED', evidence: nothingSeen });
  });
});
