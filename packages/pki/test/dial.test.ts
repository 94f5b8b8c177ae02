import { MssError } from '@mss/core';
import { describe, expect, it } from 'vitest';
import { firstToConnect } from '../src/net/first-to-connect.js';

/** A connection that is watched. */
interface Line {
  readonly address: string;
  destroyed: boolean;
  destroy(): void;
}

/** A network: how each address behaves, which were tried, which lines were made. */
function network(behaviour: Readonly<Record<string, 'answers' | 'refuses' | 'silent' | 'late' | 'breaks'>>) {
  const tried: string[] = [];
  const lines: Line[] = [];
  const aborted: string[] = [];
  const late: (() => void)[] = [];
  const connect = (address: string, signal: AbortSignal): Promise<Line> =>
    new Promise((resolve, reject) => {
      tried.push(address);
      signal.addEventListener('abort', () => {
        aborted.push(address);
        if (behaviour[address] !== 'late') reject(new MssError('ERR_MSS_TLS_ABORTED', 'aborted'));
      });
      const answer = (): void => {
        const line: Line = { address, destroyed: false, destroy: () => (line.destroyed = true) };
        lines.push(line);
        resolve(line);
      };
      if (behaviour[address] === 'answers') answer();
      if (behaviour[address] === 'late') late.push(answer);
      if (behaviour[address] === 'refuses') reject(new MssError('ERR_MSS_TLS_UNREACHABLE', `${address} refuses`));
      if (behaviour[address] === 'breaks') reject(new MssError('ERR_MSS_TLS_PROXY', 'not the address'));
    });
  return { tried, lines, aborted, late, connect };
}

const never = (): AbortSignal => new AbortController().signal;

describe('of several addresses [RFC 8305 §5]', () => {
  it('the first that answers is taken, and no other is asked', async () => {
    const { connect, tried } = network({ a: 'answers', b: 'answers' });
    expect(await firstToConnect(['a', 'b'], { connect, signal: never() })).toMatchObject({ address: 'a', destroyed: false });
    expect(tried).toEqual(['a']);
  });

  it('one that refuses is followed by the next at once', async () => {
    const { connect, tried } = network({ a: 'refuses', b: 'refuses', c: 'answers' });
    expect(await firstToConnect(['a', 'b', 'c'], { connect, signal: never() })).toMatchObject({ address: 'c' });
    expect(tried).toEqual(['a', 'b', 'c']);
  });

  it('one that is silent does not hold up the next, and is let go of', async () => {
    const { connect, aborted } = network({ a: 'silent', b: 'answers' });
    expect(await firstToConnect(['a', 'b'], { connect, signal: never() })).toMatchObject({ address: 'b' });
    expect(aborted).toContain('a');
  });

  it('one that answers when another has been taken is closed', async () => {
    const { connect, lines, late } = network({ a: 'late', b: 'answers' });
    await firstToConnect(['a', 'b'], { connect, signal: never() });
    for (const answer of late) answer();
    await Promise.resolve();
    expect(lines.map(({ address, destroyed }) => [address, destroyed])).toEqual([
      ['b', false],
      ['a', true],
    ]);
  });

  it('the last refusal is told when none answers', async () => {
    const { connect } = network({ a: 'refuses', b: 'refuses' });
    await expect(firstToConnect(['a', 'b'], { connect, signal: never() })).rejects.toMatchObject({ message: 'b refuses' });
    await expect(firstToConnect(['a'], { connect, signal: never() })).rejects.toMatchObject({ message: 'a refuses' });
  });

  it('what is not about the address ends the search', async () => {
    const { connect, tried } = network({ a: 'breaks', b: 'answers' });
    await expect(firstToConnect(['a', 'b'], { connect, signal: never() })).rejects.toMatchObject({ code: 'ERR_MSS_TLS_PROXY' });
    expect(tried).toEqual(['a']);
  });

  it('none is waited for when the caller aborts', async () => {
    const { connect, aborted } = network({ a: 'silent', b: 'silent' });
    const controller = new AbortController();
    const work = firstToConnect(['a', 'b'], { connect, signal: controller.signal });
    controller.abort();
    await expect(work).rejects.toMatchObject({ code: 'ERR_MSS_TLS_ABORTED' });
    expect(aborted).toContain('a');
  });
});
