import { describe, expect, it } from 'vitest';

import { MssError, isMssError } from '@mss/core';

describe('MssError', () => {
  it('carries code, requirement, details and cause, and is permanent unless told otherwise', () => {
    const cause = new Error('underneath');
    const error = new MssError('ERR_MSS_TEST', 'a sentence', { requirement: 'ECO.1.1.3', details: { count: 2 }, cause });
    expect(error).toMatchObject({
      code: 'ERR_MSS_TEST',
      message: 'a sentence',
      permanent: true,
      requirement: 'ECO.1.1.3',
      details: { count: 2 },
      cause,
    });
    expect(new MssError('ERR_MSS_TEST', 'x', { permanent: false }).permanent).toBe(false);
  });

  it('is recognised when another copy of the package made it, and only then', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('mss.error')]: true, code: 'ERR_MSS_OTHER' });
    expect(isMssError(foreign)).toBe(true);
    expect(isMssError(foreign, 'ERR_MSS_OTHER')).toBe(true);
    expect(isMssError(foreign, 'ERR_MSS_TEST')).toBe(false);
    expect(isMssError(new Error('x'))).toBe(false);
    expect(isMssError(null)).toBe(false);
  });
});
