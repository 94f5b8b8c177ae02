import { describe, expect, it } from 'vitest';

import {
  contradictionsInFrench,
  contradictionTable,
  knownInFrench,
  trustTable,
  verdictTable,
  type Sign,
} from '../../src/receipt-ledger/index.js';
import { judge } from '../../src/receipt-ledger/truth-table.js';
import { judgeTrust } from '../../src/receipt-ledger/trust.js';

const verdict = (...signs: Sign[]): string => judge(new Set<Sign>(['state:accepted', ...signs])).verdict;
const contradictions = (...signs: Sign[]): readonly string[] => judge(new Set<Sign>(['state:accepted', ...signs])).contradictions;

describe('the truth table', () => {
  it.each<[Sign[], string]>([
    [[], 'accepted'],
    [['overdue'], 'silent'],
    [['relayed'], 'relayed'],
    [['delayed'], 'delayed'],
    [['delayed', 'relayed'], 'relayed'],
    [['delayed', 'delivered'], 'delivered'],
    [['delayed', 'failed'], 'failed'],
    [['relayed', 'failed'], 'failed'],
    [['delivered', 'failed'], 'in-doubt'],
    [['auto-replied', 'failed'], 'in-doubt'],
    [['auto-replied'], 'delivered'],
    [['denied'], 'delivered'],
    [['displayed', 'failed'], 'displayed'],
    [['displayed', 'deleted', 'delivered'], 'displayed'],
    [['deleted', 'delivered'], 'deleted'],
    [['processed', 'integration-error'], 'not-integrated'],
    [['processed', 'processing-error'], 'not-processed'],
    [['integration-error', 'displayed'], 'displayed'],
    [['replied', 'integration-error', 'failed'], 'replied'],
    [['doubtful-failure'], 'perhaps-failed'],
    [['doubtful-failure', 'delayed'], 'perhaps-failed'],
    [['doubtful-failure', 'relayed'], 'perhaps-failed'],
    [['doubtful-failure', 'delivered'], 'delivered'],
    [['doubtful-failure', 'overdue'], 'perhaps-failed'],
  ])('%j: %s', (signs, expected) => {
    expect(verdict(...signs)).toBe(expected);
  });

  it.each<[Sign[], string[]]>([
    [['delivered', 'failed'], ['delivered-and-failed']],
    [
      ['displayed', 'delivered', 'failed'],
      ['delivered-and-failed', 'used-and-failed'],
    ],
    [['processed', 'integration-error'], ['processed-and-not-integrated']],
    [['delivered', 'displayed', 'deleted'], []],
    [['delayed', 'delivered'], []],
  ])('%j contradict each other: %j', (signs, expected) => {
    expect(contradictions(...signs)).toEqual(expected);
  });

  it('a receipt for somebody to whom nothing was sent is a contradiction, and counts', () => {
    expect(judge(new Set<Sign>(['state:refused', 'delivered']))).toMatchObject({
      verdict: 'delivered',
      contradictions: ['not-sent-and-received'],
    });
    expect(judge(new Set<Sign>(['state:uncertain', 'delivered']))).toMatchObject({ verdict: 'delivered', contradictions: [] });
    expect(judge(new Set<Sign>(['state:uncertain']))).toMatchObject({ verdict: 'uncertain' });
  });

  it('each line can decide, and has its words', () => {
    for (const [index, { when, verdict: expected }] of verdictTable.entries()) {
      const signs = new Set<Sign>(when.some((sign) => sign.startsWith('state:')) ? when : ['state:accepted', ...when]);
      expect(judge(signs)).toMatchObject({ rule: index, verdict: expected });
      expect(knownInFrench[expected]).toMatch(/\.$/);
    }
    for (const { contradiction } of contradictionTable) expect(contradictionsInFrench[contradiction]).toMatch(/\.$/);
    expect(new Set(verdictTable.map((one) => one.verdict))).toEqual(new Set(Object.keys(knownInFrench)));
  });

  it('a forged success never counts, whatever else is known', () => {
    expect(judgeTrust({ kind: 'mdn', envelope: 'absent', recipient: 'ours', sender: 'stranger' }).trust).toBe('doubtful');
    expect(judgeTrust({ kind: 'mdn', envelope: 'absent', recipient: 'ours', sender: 'same-domain' }).trust).toBe('doubtful');
    expect(judgeTrust({ kind: 'mdn', envelope: 'absent', recipient: 'ours', sender: 'other-recipient' })).toEqual({
      trust: 'rejected',
      reason: 'recipient-is-another',
    });
    expect(trustTable.at(-1)).toMatchObject({ when: {}, trust: 'doubtful' });
  });
});
