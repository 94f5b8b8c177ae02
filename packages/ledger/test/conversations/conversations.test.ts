import { getProfile } from '@mss/core/profile';
import { groupConversations, readMessage } from '@mss/message';
import { openSqliteStore, type Store } from '@mss/store';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  mayAnswer,
  mayStart,
  messageFacts,
  patientKeyOf,
  patientKeyOfAddresses,
  type AnswerableMessage,
  type ConversationMessage,
  type ConversationPlace,
} from '../../src/conversations/index.js';
import { createWorld, emptyStore, privacy, type World } from '../support/ledger-double.js';
import { mail } from '../support/mails.js';

const claire = 'claire.moreau@cabinet.mssante.fr';
const hugo = 'hugo.bernard@clinique.mssante.fr';
const ines = 'ines.leroy@hopital.mssante.fr';
const jeanne = '258038708599044@patient.mssante.fr';
const day = 86_400_000;
let store: Store;
let world: World;

beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:' });
});
afterAll(() => store.close());
beforeEach(async () => {
  world = await createWorld({ store });
  await world.inbox();
  await emptyStore(store);
});

const at = (dayNumber: number): Date => new Date(Date.UTC(2026, 0, 1) + dayNumber * day);

function message(
  source: string,
  given: Partial<Omit<ConversationMessage, 'from' | 'to' | 'cc'>> & {
    readonly from?: string;
    readonly to?: readonly string[];
    readonly cc?: readonly string[];
  } = {},
): ConversationMessage {
  const { from = hugo, to = [claire], cc = [], ...rest } = given;
  const people = (list: readonly string[]): ConversationMessage['to'] => list.map((address) => ({ name: null, address }));
  return {
    mailbox: claire,
    source,
    direction: from === claire ? 'out' : 'in',
    messageId: `<${source}@x.fr>`,
    inReplyTo: null,
    references: [],
    subject: 'Avis',
    at: at(1),
    patient: null,
    ends: false,
    ...rest,
    from: people([from]),
    to: people(to),
    cc: people(cc),
  };
}

const answerTo = (source: string): Pick<ConversationMessage, 'inReplyTo' | 'references'> => ({
  inReplyTo: `<${source}@x.fr>`,
  references: [`<${source}@x.fr>`],
});

async function add(...messages: readonly ConversationMessage[]): Promise<ReadonlyMap<string, ConversationPlace>> {
  for (const one of messages) await world.conversations.add(one);
  const places = await Promise.all(messages.map(async (one) => [one.source, await world.conversations.placeOf(one.source)] as const));
  return new Map(places.map(([source, place]) => [source, place as ConversationPlace]));
}

const byFirst = (a: readonly string[], b: readonly string[]): number => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1);

/** Which messages are together, as sorted lists of sources. */
const groups = (places: ReadonlyMap<string, ConversationPlace>, by: 'conversation' | 'thread' = 'conversation'): string[][] => {
  const found = new Map<string, string[]>();
  for (const [source, place] of places) found.set(place[by], [...(found.get(place[by]) ?? []), source]);
  return [...found.values()].map((one) => one.toSorted()).toSorted(byFirst);
};

describe('threads [ECO.2.2.2]', () => {
  it('by references, also to an ancestor that is absent, also when the answer comes first', async () => {
    const places = await add(
      message('c', { references: ['<lost@x.fr>', '<b@x.fr>'], inReplyTo: '<b@x.fr>' }),
      message('a', answerTo('lost')),
      message('other', { subject: 'Autre' }),
      message('b', answerTo('lost')),
    );
    expect(groups(places)).toEqual([['a', 'b', 'c'], ['other']]);
  });

  it('a former name of a conversation leads to the one it became part of', async () => {
    const a = await world.conversations.add(message('a', { at: at(1) }));
    const c = await world.conversations.add(message('c', { ...answerTo('b'), at: at(3), subject: 'Re: x' }));
    expect(a.conversation).not.toBe(c.conversation);
    await world.conversations.add(message('b', { ...answerTo('a'), at: at(2) }));
    for (const name of [a.conversation, c.conversation])
      expect((await world.conversations.get(name))?.messages.map((one) => one.source)).toEqual(['a', 'b', 'c']);
    expect(await world.conversations.get('unknown')).toBeNull();
  });

  it('adding the same message again changes nothing', async () => {
    const first = await world.conversations.add(message('a'));
    expect(await world.conversations.add(message('a'))).toEqual(first);
    expect(await world.conversations.list({ mailbox: claire })).toHaveLength(1);
  });

  it('messages without Message-ID are known by their source', async () => {
    expect(groups(await add(message('a', { messageId: null }), message('b', { messageId: null })))).toEqual([['a'], ['b']]);
  });

  it('two mailboxes have conversations of their own', async () => {
    expect(groups(await add(message('a'), { ...message('b', answerTo('a')), mailbox: ines }))).toEqual([['a'], ['b']]);
  });
});

describe('threads that a client broke', () => {
  it('an answer without references joins the latest letter with its subject and correspondents, marked as guessed', async () => {
    const places = await add(
      message('old', { from: claire, to: [hugo], at: at(1) }),
      message('new', { from: claire, to: [hugo], at: at(10) }),
      message('answer', { subject: 'RE : Avis', at: at(12) }),
    );
    expect(groups(places)).toEqual([['answer', 'new'], ['old']]);
    expect([...places.values()].map((one) => one.guessed)).toEqual([false, false, true]);
  });

  it('also when its references lead nowhere, and when it came before the letter', async () => {
    const places = await add(
      message('answer', { subject: 'Réf: Avis', at: at(12) }),
      message('answer2', { subject: 'Rép : Avis', ...answerTo('rewritten'), at: at(12) }),
      message('letter', { from: claire, to: [hugo], at: at(10) }),
    );
    expect(groups(places)).toEqual([['answer'], ['answer2', 'letter']]);
  });

  it.each<[string, Parameters<typeof message>[1]]>([
    ['another subject', { subject: 'Re: Autre' }],
    ['no mark of an answer', { subject: 'Avis' }],
    ['another correspondent', { from: ines }],
    ['too late', { at: at(60) }],
    ['before the letter', { at: at(0) }],
    ['another patient', { patient: 'p2' }],
  ])('not with %s', async (_, given) => {
    const places = await add(
      message('letter', { from: claire, to: [hugo], patient: 'p1', at: at(1) }),
      message('answer', { subject: 'Re: Avis', at: at(2), ...given }),
    );
    expect(groups(places)).toEqual([['answer'], ['letter']]);
  });

  it('a reference that turns up takes the place of the guess', async () => {
    await add(
      message('decoy', { from: claire, to: [hugo], at: at(5) }),
      message('answer', { subject: 'Re: Avis', ...answerTo('letter'), at: at(6) }),
    );
    expect((await world.conversations.placeOf('answer'))?.guessed).toBe(true);
    const places = await add(message('letter', { from: claire, to: [hugo], at: at(1) }));
    expect((await world.conversations.placeOf('answer'))?.guessed).toBe(false);
    expect((await world.conversations.placeOf('answer'))?.conversation).toBe(places.get('letter')?.conversation);
    expect((await world.conversations.placeOf('decoy'))?.conversation).not.toBe(places.get('letter')?.conversation);
  });

  it('the subject of documents and of its answer are the same', async () => {
    const places = await add(
      message('letter', {
        from: claire,
        to: [hugo],
        subject: "XDM/1.0/DDM+CR d'examens ROCHEBRUNE JEANNE 12/03/1958",
        patient: 'p',
        at: at(1),
      }),
      message('answer', { subject: "Re: CR d'examens ROCHEBRUNE JEANNE 12/03/1958", at: at(2) }),
    );
    expect(groups(places)).toEqual([['answer', 'letter']]);
    expect(places.get('answer')?.hasPatient).toBe(true);
  });
});

describe('one conversation for each patient and circle of correspondents', () => {
  it('letters about one patient to the same people are one, in several threads', async () => {
    const places = await add(
      message('a', { patient: 'p1' }),
      message('b', { patient: 'p1', from: claire, to: [hugo], at: at(90) }),
      message('c', { patient: 'p1', cc: [ines] }),
      message('d', { patient: 'p2' }),
    );
    expect(groups(places)).toEqual([['a', 'b'], ['c'], ['d']]);
    expect(groups(places, 'thread')).toEqual([['a'], ['b'], ['c'], ['d']]);
    expect(await world.conversations.list({ mailbox: claire, patient: 'p1' })).toHaveLength(2);
  });

  it('an answer to an old letter with the document of another patient shows up with that patient only', async () => {
    const places = await add(
      message('about-p1', { patient: 'p1', at: at(1) }),
      message('answer', { ...answerTo('about-p1'), from: claire, to: [hugo], at: at(2) }),
      message('about-p2', { ...answerTo('answer'), patient: 'p2', at: at(3) }),
      message('answer-p2', { ...answerTo('about-p2'), from: claire, to: [hugo], at: at(4) }),
    );
    expect(groups(places)).toEqual([
      ['about-p1', 'answer'],
      ['about-p2', 'answer-p2'],
    ]);
    expect(groups(places, 'thread')).toHaveLength(1);
  });

  it('ends with the word of the professional, and is taken up again by a new message', async () => {
    const first = await world.conversations.add(message('a', { patient: 'p', from: claire, to: [jeanne], at: at(1) }));
    const get = async (): Promise<boolean | undefined> => (await world.conversations.get(first.conversation))?.ended;
    await add(
      message('b', { patient: 'p', from: jeanne, ...answerTo('a'), at: at(2) }),
      message('fin', { patient: 'p', from: claire, to: [jeanne], ends: true, at: at(3) }),
    );
    expect(await get()).toBe(true);
    await add(message('late', { patient: 'p', from: jeanne, at: at(4) }));
    expect(await get()).toBe(true);
    await add(message('again', { patient: 'p', from: claire, to: [jeanne], at: at(5) }));
    expect(await get()).toBe(false);
  });

  it('listed the latest first, page by page', async () => {
    for (let index = 1; index <= 5; index += 1) await add(message(`m${index}`, { subject: `s${index}`, at: at(index) }));
    const first = await world.conversations.list({ mailbox: claire, limit: 2 });
    const second = await world.conversations.list({
      mailbox: claire,
      limit: 2,
      ...(first.at(-1) === undefined ? {} : { before: first.at(-1)?.latestAt as Date }),
    });
    expect([...first, ...second].map((one) => one.messages[0]?.source)).toEqual(['m5', 'm4', 'm3', 'm2']);
  });

  it('a thread of hundreds stays bounded', async () => {
    await store.transaction(async (transaction) => {
      for (let index = 0; index < 215; index += 1)
        await world.conversations.add(message(`m${index}`, { ...answerTo('root'), subject: `${index}`, at: at(1) }), { transaction });
    });
    const place = await world.conversations.placeOf('m214');
    expect(place?.conversation).toBe((await world.conversations.placeOf('m0'))?.conversation);
  });
});

describe('facts of a message', () => {
  const profile = getProfile('ref2-1.0.1');
  const facts = (text: string, given: Partial<Parameters<typeof messageFacts>[1]> = {}): ConversationMessage =>
    messageFacts(readMessage(new Uint8Array(Buffer.from(text))).value, {
      mailbox: claire,
      source: 's',
      direction: 'out',
      at: at(300),
      profile,
      privacy,
      ...given,
    });

  it('the patient of an address and of the documents are the same', () => {
    const ins = { value: '258038708599044', oid: '1.2.250.1.213.1.4.8' };
    const patient = {
      ins,
      otherIds: [],
      birthName: 'ROCHEBRUNE',
      usualName: null,
      givenNames: ['JEANNE'],
      usualGivenName: null,
      birthDate: '19580312',
      sex: 'F',
      birthPlaceCode: null,
    };
    expect(facts(mail('a', { to: jeanne })).patient).toBe(patientKeyOf(patient as never, privacy));
    expect(patientKeyOfAddresses([jeanne, '180079913101228@patient.mssante.fr'], privacy)).toBeNull();
    expect(patientKeyOf({ ...patient, ins: null } as never, privacy)).not.toBeNull();
    expect(patientKeyOf({ ...patient, ins: null, birthDate: null } as never, privacy)).toBeNull();
  });

  it('the end of an exchange is known in the profile that has it, by header or exact subject, and only from us', () => {
    expect(facts(mail('a', { to: jeanne, headers: ['X-MSS-MES: FIN'] })).ends).toBe(true);
    expect(facts(mail('a', { to: jeanne, subject: '[FIN]' })).ends).toBe(true);
    expect(facts(mail('a', { to: jeanne, subject: '[fin]' })).ends).toBe(false);
    expect(facts(mail('a', { to: jeanne, subject: '[FIN] merci' })).ends).toBe(false);
    expect(facts(mail('a', { to: jeanne, subject: '[FIN]' }), { profile: getProfile('ref2-0.1') }).ends).toBe(false);
    expect(facts(mail('a', { to: jeanne, subject: '[FIN]' }), { direction: 'in' }).ends).toBe(false);
  });

  it('a date in the future is not believed', () => {
    expect(facts(mail('a').replaceAll('1 Mar 2026', '1 Mar 2036')).at).toEqual(at(300));
  });

  it('nothing is kept in clear', async () => {
    await world.conversations.add(facts(mail('a', { to: jeanne, subject: 'ROCHEBRUNE' })));
    const rows = await Promise.all(['messages', 'references'].map((table) => store.all(`SELECT * FROM conversation_${table} LIMIT 9`)));
    expect(JSON.stringify(rows)).not.toMatch(/rochebrune|258038|hugo|claire|clinique/i);
  });
});

describe('who may answer whom', () => {
  const profile = getProfile('ref2-1.0.1');
  const letter = (given: Partial<AnswerableMessage> = {}): AnswerableMessage => ({
    from: hugo,
    to: [jeanne],
    cc: [ines],
    replyTo: [],
    at: at(1),
    ends: false,
    ...given,
  });
  const ask = (message: AnswerableMessage, given: Partial<Parameters<typeof mayAnswer>[0]> = {}): ReturnType<typeof mayAnswer> =>
    mayAnswer({ who: jeanne, message, conversation: [message], profile, ...given });

  it('only professionals start', () => {
    expect([mayStart(hugo), mayStart(jeanne), mayStart('nobody')]).toEqual([true, false, false]);
  });

  it('a patient answers the sender and the other professionals, never another patient', () => {
    expect(ask(letter({ cc: [ines, '180079913101228@patient.mssante.fr'] }))).toEqual({
      allowed: true,
      reason: 'answers-professional',
      to: [hugo, ines],
    });
    expect(ask(letter({ to: [claire], cc: [] }))).toMatchObject({ allowed: false, reason: 'not-recipient' });
    expect(ask(letter({ from: '180079913101228@patient.mssante.fr' }))).toMatchObject({ allowed: false, reason: 'from-patient' });
    expect(ask(letter({ to: [jeanne.toUpperCase()] })).allowed).toBe(true);
  });

  it('Reply-To takes the place of the sender', () => {
    expect(ask(letter({ replyTo: [claire] })).to).toEqual([claire, ines]);
    expect(ask(letter({ replyTo: [claire], cc: [ines, hugo] })).to).toEqual([claire, ines]);
    expect(ask(letter({ replyTo: [jeanne] })).to).toEqual([hugo, ines]);
    expect(ask(letter({ replyTo: [claire, hugo] })).to).toEqual([claire, hugo, ines]);
    expect(ask(letter({ from: 'invalid', cc: [] }))).toMatchObject({ allowed: false, reason: 'nobody' });
  });

  it('after the end nothing before it can be answered, what comes after can', () => {
    const [first, end, later] = [letter(), letter({ at: at(2), ends: true }), letter({ at: at(3) })];
    const conversation = [later, end, first];
    expect(conversation.map((one) => ask(one, { conversation }).reason)).toEqual(['answers-professional', 'ended', 'ended']);
    expect(ask(letter({ from: ines, cc: [] }), { conversation }).allowed).toBe(true);
    expect(ask(end, { conversation, profile: getProfile('ref2-0.1') }).allowed).toBe(true);
    expect(ask(end, { conversation: [] }).allowed).toBe(false);
  });

  it('a professional answers the sender and everybody else', () => {
    expect(ask(letter({ from: jeanne, to: [claire, hugo], cc: [] }), { who: claire })).toEqual({
      allowed: true,
      reason: 'professional',
      to: [jeanne, hugo],
    });
    expect(ask(letter({ ends: true }), { who: ines }).allowed).toBe(true);
  });
});

describe('order', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const arbitrary = fc.array(
    fc.record({
      references: fc.subarray(ids, { maxLength: 2 }),
      subject: fc.constantFrom('Avis', 'Re: Avis', 'Autre'),
      at: fc.integer({ min: 1, max: 40 }),
      patient: fc.constantFrom(null, null, 'p1', 'p2'),
      from: fc.constantFrom(hugo, ines, claire),
    }),
    { minLength: ids.length, maxLength: ids.length },
  );
  const build = (
    drawn: readonly {
      readonly references: readonly string[];
      readonly subject: string;
      readonly at: number;
      readonly patient: string | null;
      readonly from: string;
    }[],
  ): ConversationMessage[] =>
    drawn.map((one, index) => {
      const references = one.references.filter((id) => id !== ids[index]).map((id) => `<${id}@x.fr>`);
      return message(ids[index] ?? '', {
        ...one,
        to: [one.from === claire ? hugo : claire],
        at: at(one.at),
        references,
        inReplyTo: references.at(-1) ?? null,
      });
    });

  it('any order of arrival gives the same conversations', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary, fc.shuffledSubarray([...ids.keys()], { minLength: ids.length }), async (drawn, order) => {
        const messages = build(drawn);
        const results: unknown[] = [];
        for (const list of [messages, order.map((index) => messages[index] as ConversationMessage)]) {
          await emptyStore(store);
          for (const one of list) await world.conversations.add(one);
          const places = new Map<string, ConversationPlace>();
          for (const id of ids) places.set(id, (await world.conversations.placeOf(id)) as ConversationPlace);
          results.push([groups(places), groups(places, 'thread'), ids.map((id) => [places.get(id)?.guessed, places.get(id)?.hasPatient])]);
        }
        expect(results[1]).toEqual(results[0]);
      }),
      { seed: 20260101, numRuns: 50 },
    );
  });

  it('without guesses and patients the threads are those of groupConversations', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (drawn) => {
        const messages = build(drawn.map((one, index) => ({ ...one, subject: `s${index}`, patient: null })));
        await emptyStore(store);
        const expected = groupConversations(messages.map((one) => ({ ...one, date: one.at }))).map((group) =>
          group.map((one) => one.source).sort(),
        );
        expect(groups(await add(...messages), 'thread')).toEqual(expected.toSorted(byFirst));
      }),
      { seed: 20260101, numRuns: 40 },
    );
  });
});
