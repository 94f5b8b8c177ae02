/** The state machine, cell by cell. */
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import {
  entryOutcome,
  entryState,
  isFinal,
  nextState,
  transitions,
  type RecipientEvent,
  type RecipientState,
} from '../src/outbox/states.js';

const events: readonly RecipientEvent[] = [
  ...(['claimed', 'dot-noted', 'taken', 'refused-for-good', 'refused-for-now', 'no-answer', 'worker-lost', 'proof-taken'] as const),
  ...(['proof-not-taken', 'proof-not-taken-stopped', 'proof-not-taken-late', 'cancel', 'deadline'] as const),
  ...(['host-sent', 'host-send-again', 'host-give-up', 'host-retry'] as const),
];

/** One letter for each event in the order above; `-`: nothing changes. */
const letters: Readonly<Record<string, RecipientState>> = {
  w: 'waiting',
  s: 'sending',
  e: 'ending',
  u: 'uncertain',
  A: 'accepted',
  R: 'refused',
  X: 'expired',
  C: 'cancelled',
  G: 'given-up',
};
const table: Readonly<Record<RecipientState, string>> = {
  //          claim dot taken good now noans lost proof not stop late cancel dead sent again give retry
  waiting: '   s    -    -    -    -    -    -    A    -    -    -    C    X    -    -    -    -',
  sending: '   -    e    A    R    w    u    w    A    -    -    -    C    -    -    -    -    -',
  ending: '    -    -    A    R    w    u    u    A    -    -    -    -    -    -    -    -    -',
  uncertain: ' -    -    -    -    -    -    -    A    w    C    X    -    -    A    w    G    -',
  accepted: '  -    -    -    -    -    -    -    -    -    -    -    -    -    -    -    -    -',
  refused: '   -    -    -    -    -    -    -    A    -    -    -    -    -    -    -    -    w',
  expired: '   -    -    -    -    -    -    -    A    -    -    -    -    -    -    -    -    w',
  cancelled: ' -    -    -    -    -    -    -    A    -    -    -    -    -    -    -    -    -',
  'given-up': '-    -    -    -    -    -    -    A    -    -    -    -    -    -    -    -    -',
};
const states = Object.keys(table) as RecipientState[];

describe('the state machine', () => {
  it.each(states)('%s: every event does what the table says, and nothing else', (state) => {
    const cells = table[state].trim().split(/\s+/);
    expect(cells.length).toBe(events.length);
    const expected = cells.map((cell) => letters[cell] ?? state);
    expect(events.map((event) => nextState(state, event))).toEqual(expected);
  });

  it('knows no other states and events than these', () => {
    expect(Object.keys(transitions).toSorted()).toEqual(states.toSorted());
    for (const row of Object.values(transitions)) for (const event of Object.keys(row)) expect(events).toContain(event);
  });

  it('leaves uncertain towards a second send only by negative evidence or by the host', () => {
    const back = events.filter((event) => nextState('uncertain', event) === 'waiting');
    expect(back).toEqual(['proof-not-taken', 'host-send-again']);
  });

  it('leaves a final state only by late positive evidence, or by the host while it was not sent', () => {
    for (const state of states.filter(isFinal)) {
      const ways = events.filter((event) => nextState(state, event) !== state);
      expect(ways.filter((event) => event !== 'proof-taken' && event !== 'host-retry')).toEqual([]);
    }
    expect(events.filter((event) => nextState('accepted', event) !== 'accepted')).toEqual([]);
  });

  it('is the table of the README', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const rows = /<!-- states -->\n([\s\S]*?)\n<!-- \/states -->/.exec(readme)?.[1]?.split('\n').slice(2) ?? [];
    const own = Object.entries(transitions).flatMap(([state, row]) =>
      Object.entries(row).map(([event, to]) => `| \`${state}\` | \`${event}\` | \`${to}\` |`),
    );
    expect(rows).toEqual(own);
  });
});

describe('an entry', () => {
  it.each([
    [['accepted', 'waiting'], 'waiting', 'pending'],
    [['uncertain', 'waiting'], 'waiting', 'pending'],
    [['uncertain', 'sending'], 'sending', 'pending'],
    [['ending'], 'sending', 'pending'],
    [['accepted', 'uncertain'], 'uncertain', 'uncertain'],
    [['accepted', 'accepted'], 'settled', 'accepted'],
    [['accepted', 'refused'], 'settled', 'partly-accepted'],
    [['refused', 'expired', 'cancelled'], 'settled', 'not-sent'],
    [['given-up', 'refused'], 'settled', 'given-up'],
  ] as const)('of recipients %j is %s, %s', (recipients, state, outcome) => {
    expect([entryState(recipients), entryOutcome(recipients)]).toEqual([state, outcome]);
  });
});
