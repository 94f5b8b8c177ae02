import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { groupConversations, isMessageId, replyHeaders } from '../src/conversation.js';

const id = (name: string): string => `<${name}@cabinet.mssante.test>`;
const message = (
  name: string,
  references: string[] = [],
  day = 1,
): { messageId: string; inReplyTo: string | null; references: string[]; date: Date } => ({
  messageId: id(name),
  inReplyTo: references.at(-1) ?? null,
  references,
  date: new Date(Date.UTC(2026, 0, day)),
});

describe('headers of an answer [ECO.2.2.2, RFC 5322 §3.6.4]', () => {
  it("are the parent's References and its Message-ID", () => {
    expect(replyHeaders({ messageId: id('b'), references: [id('a')] })).toEqual({ inReplyTo: id('b'), references: [id('a'), id('b')] });
  });
  it("use the parent's In-Reply-To when it has no References", () => {
    expect(replyHeaders({ messageId: id('b'), references: [], inReplyTo: id('a') }).references).toEqual([id('a'), id('b')]);
  });
  it('stay bounded and keep the first and the latest', () => {
    const long = Array.from({ length: 200 }, (_, index) => id(`m${index}`));
    const { references } = replyHeaders({ messageId: id('z'), references: long });
    expect(references).toHaveLength(40);
    expect(references[0]).toBe(id('m0'));
    expect(references.at(-1)).toBe(id('z'));
  });
  it.each(['', 'a@b', '<a b@c>', '<a@b>\r\nBcc: x@y', '<a@b><c@d>'])('refuse a parent without usable Message-ID: %j', (messageId) => {
    expect(isMessageId(messageId)).toBe(false);
    expect(() => replyHeaders({ messageId, references: [] })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_MESSAGE_MESSAGE_ID', requirement: 'ECO.2.2.2' }),
    );
  });
});

describe('conversations', () => {
  it('hold together what refers to the same ancestor, even an absent one', () => {
    const a = message('b', [id('absent')], 2);
    const b = message('c', [id('absent')], 3);
    const other = message('x', [], 1);
    expect(groupConversations([b, other, a])).toEqual([[other], [a, b]]);
  });
  it('do not join strangers, nor messages without ids', () => {
    const lone = { messageId: null, inReplyTo: null, references: [], date: null };
    expect(groupConversations([lone, { ...lone }, message('a')])).toHaveLength(3);
  });
  it('survive loops of references', () => {
    expect(groupConversations([message('a', [id('b')]), message('b', [id('a')])])).toHaveLength(1);
  });
  it('do not depend on the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 30 }), fc.integer(), (links, seed) => {
        const all = links.map(([from, to], index) => message(`${index}-${from}`, [id(`n${to}`), id(`n${from}`)], index + 1));
        const shuffled = all
          .map((one, index) => ({ one, key: Math.sin(seed + index) }))
          .sort((x, y) => x.key - y.key)
          .map(({ one }) => one);
        const sets = (groups: readonly (readonly (typeof all)[number][])[]): string[] =>
          groups
            .map((group) =>
              group
                .map((one) => one.messageId)
                .sort()
                .join(),
            )
            .sort();
        expect(sets(groupConversations(shuffled))).toEqual(sets(groupConversations(all)));
      }),
      { seed: 20260101 },
    );
  });
  it('of ten thousand messages in one chain take no stack and little time', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => message(`m${index}`, index === 0 ? [] : [id(`m${index - 1}`)], 1));
    expect(groupConversations(chain.toReversed())).toHaveLength(1);
  });
});
