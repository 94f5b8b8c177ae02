import { describe, expect, it } from 'vitest';

import {
  concatBytes,
  defaultLimits,
  ensureOid,
  formatHl7Date,
  getProfile,
  hl7TimestampToUtc,
  isProfileId,
  parseHl7Timestamp,
  parseOid,
  profileIds,
  resolveLimits,
  untilAborted,
  upperCaseFrench,
  utf8Decode,
  utf8Encode,
  withDeadline,
} from '@mss/core';

describe('OID', () => {
  it.each(['1.2.250.1.213.1.4.8', '2.25.329800735698586629295641978511506172918', '0.9'])('accepts %s', (text) => {
    expect(parseOid(text)).toBe(text);
  });
  it.each(['', '1', '3.1', '1.02', '1..2', '1.2.', 'urn:oid:1.2', ' 1.2', `1.${'2'.repeat(300)}`])('refuses "%s"', (text) => {
    expect(parseOid(text)).toBeNull();
    expect(() => ensureOid(text)).toThrow(expect.objectContaining({ code: 'ERR_MSS_CORE_OID_INVALID' }));
  });
});

describe('HL7 timestamps', () => {
  it('keep lunar dates as three fields', () => {
    expect(parseHl7Timestamp('19500000')).toMatchObject({ year: '1950', month: '00', day: '00' });
    expect(formatHl7Date('19500000')).toBe('00/00/1950');
    expect(formatHl7Date('19501331')).toBe('31/13/1950');
  });
  it('print what is there and no more', () => {
    expect(formatHl7Date('1978')).toBe('1978');
    expect(formatHl7Date('197811')).toBe('11/1978');
    expect(formatHl7Date('19781126103000+0100')).toBe('26/11/1978');
    expect(formatHl7Date('26/11/1978')).toBeNull();
  });
  it('become UTC over midnight, month and year [METADATA times]', () => {
    expect(hl7TimestampToUtc('20210401171000+0100')).toBe('20210401161000');
    expect(hl7TimestampToUtc('20210101003000+0100')).toBe('20201231233000');
    expect(hl7TimestampToUtc('202101010030-0400')).toBe('20210101043000');
  });
  it('without a zone keep their digits unless the host gives the zone', () => {
    expect(hl7TimestampToUtc('20210401171000')).toBe('20210401171000');
    expect(hl7TimestampToUtc('20210401171000', { assumedZone: '+0200' })).toBe('20210401151000');
    expect(hl7TimestampToUtc('20210401')).toBe('20210401');
    expect(hl7TimestampToUtc('20210231120000+0100')).toBeNull();
  });
});

describe('profiles', () => {
  it('default to the normative text: TLS 1.2 alone and the four suites [ECO.1.1.2, ECO.1.1.3]', () => {
    const profile = getProfile();
    expect(profile.id).toBe('ref2-0.1');
    expect(profile.tls).toMatchObject({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', igcSanteOnly: false });
    expect(profile.tls.suites.map((suite) => suite.code)).toEqual([0xc030, 0xc02f, 0xc028, 0xc027]);
  });
  it('know each requirement once', () => {
    for (const id of profileIds) {
      const ids = getProfile(id).requirements.map((requirement) => requirement.id);
      expect(new Set(ids).size).toBe(ids.length);
    }
    expect(getProfile('ref2-0.1').requirements).toHaveLength(23);
  });
  it('are named from outside only by their ids', () => {
    expect(isProfileId('ref2-1.0.1')).toBe(true);
    expect(isProfileId('toString')).toBe(false);
  });
});

describe('limits', () => {
  it('can be moved but not switched off', () => {
    expect(resolveLimits({ xmlDepth: 5 })).toEqual({ ...defaultLimits, xmlDepth: 5 });
    for (const bad of [0, -1, Number.POSITIVE_INFINITY, Number.NaN]) expect(() => resolveLimits({ xmlDepth: bad })).toThrow(TypeError);
    expect(() => resolveLimits({ nothing: 1 } as never)).toThrow(TypeError);
  });
});

describe('deadline', () => {
  it("aborts with the caller's reason", () => {
    const caller = new AbortController();
    const deadline = withDeadline(60_000, caller.signal);
    caller.abort('stop');
    expect(deadline.signal.aborted).toBe(true);
    expect(deadline.signal.reason).toBe('stop');
    deadline.release();
  });
  it('aborts with a TimeoutError by itself', async () => {
    const deadline = withDeadline(1);
    // The timer does not keep the process alive: a referenced one does while we wait.
    const keepAlive = setTimeout(() => {}, 5_000);
    await new Promise((resolve) => deadline.signal.addEventListener('abort', resolve, { once: true }));
    clearTimeout(keepAlive);
    expect(deadline.signal.reason).toMatchObject({ name: 'TimeoutError' });
  });
  it('is over once released', () => {
    const caller = new AbortController();
    const deadline = withDeadline(60_000, caller.signal);
    deadline.release();
    caller.abort();
    expect(deadline.signal.aborted).toBe(false);
  });
});

describe('a wait that ends with a signal', () => {
  it('gives the result of the work, or its error', async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(untilAborted(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
  });
  it('ends with the reason, or what is made of it; what the work does later is nobody’s', async () => {
    const caller = new AbortController();
    let fail: (error: Error) => void = () => {};
    const waited = untilAborted(
      new Promise((_, reject) => (fail = reject)),
      caller.signal,
      ({ reason }) => new Error(`stopped: ${reason}`),
    );
    caller.abort('enough');
    await expect(waited).rejects.toThrow('stopped: enough');
    fail(new Error('nobody listens'));
    await expect(untilAborted(Promise.reject(new Error('late')), caller.signal)).rejects.toBe('enough');
  });
});

describe('text and bytes', () => {
  it('upper-cases names with their accents [ECO.2.1.3]', () => {
    expect(upperCaseFrench("d'Alès-Le Gœff")).toBe("D'ALÈS-LE GŒFF");
    expect(upperCaseFrench('e\u0301')).toBe('É');
  });
  it('join and turn into text and back', () => {
    expect(utf8Decode(concatBytes([utf8Encode('é'), utf8Encode('€')]))).toBe('é€');
  });
});
