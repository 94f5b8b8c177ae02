/**
 * The main job on real servers: a health document composed, submitted to Postfix with a delivery receipt asked for,
 * read from Dovecot, its patient identified, and the receipts read back.
 */
import { readFileSync } from 'node:fs';

import { createDocumentSet, readCda } from '@mss/cda';
import { composeMessage, readMessage, type ComposedMessage, type ReceivedMessage } from '@mss/message';
import { buildMdn, decideMdn } from '@mss/receipts';
import { openMailbox, submitMessage, type SubmissionResult } from '@mss/transport';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { startPostfix, type Postfix } from '../servers/postfix.js';
import { clientAuthorities, createWorld, serverName, type World } from './transport-world.js';

const practice = 'claire.moreau@exemple.mssante.fr';
const colleague = 'hugo.bernard@exemple.mssante.fr';
const mailboxes = [practice, colleague];
const password = 'motdepasse';

let world: World;
let dovecot: Dovecot;
let postfix: Postfix;

beforeAll(async () => {
  world = await createWorld();
  dovecot = await startDovecot({
    identity: world.server,
    accounts: Object.fromEntries(mailboxes.map((one) => [one, password])),
    ...clientAuthorities(world),
  });
  postfix = await startPostfix({
    identity: world.server,
    authSocket: dovecot.authSocket,
    mailFolder: dovecot.mailFolder,
    mailboxes,
    maxMessageBytes: 20_000_000,
    routes: {},
  });
});
afterAll(async () => {
  await postfix?.stop();
  await dovecot?.stop();
  await world?.close();
});

function submit(
  user: string,
  message: {
    readonly from: string | null;
    readonly to: readonly string[];
    readonly bytes: Uint8Array;
    readonly dsn?: ComposedMessage['dsn'];
  },
): Promise<SubmissionResult> {
  const { dsn = null } = message;
  return submitMessage(
    {
      policy: world.policy(),
      host: '127.0.0.1',
      servername: serverName,
      port: postfix.port,
      security: 'starttls',
      auth: { type: 'password', user, password },
    },
    {
      from: message.from,
      recipients: message.to.map((address) => ({ address, ...(dsn === null ? {} : { dsn: { notify: dsn.notify } }) })),
      ...(dsn === null ? {} : { envid: dsn.envid, ret: 'headers' as const }),
      message: message.bytes,
    },
  );
}

/** The first message in the inbox that is the one wanted; waits for it. */
async function receive(user: string, wanted: (message: ReceivedMessage) => boolean): Promise<ReceivedMessage> {
  const mailbox = await openMailbox({
    policy: world.policy(),
    host: '127.0.0.1',
    servername: serverName,
    port: dovecot.imapsPort,
    security: 'implicit',
    auth: { type: 'password', user, password },
  });
  try {
    const signal = AbortSignal.timeout(40_000);
    for (let afterUid = 0; ;) {
      for await (const one of mailbox.fetchNew({ afterUid })) {
        afterUid = one.uid;
        const message = readMessage(one.bytes ?? new Uint8Array()).value;
        if (wanted(message)) return message;
      }
      await mailbox.waitForNew({ afterUid, timeoutMs: 5_000, signal });
      signal.throwIfAborted();
    }
  } finally {
    await mailbox.close();
  }
}

describe('a health document on Postfix and Dovecot', () => {
  it('arrives whole, names its patient, and is accounted for', { timeout: 60_000 }, async () => {
    const bytes = new Uint8Array(readFileSync(new URL('../testdata/cda/001-biologie-hemogramme.xml', import.meta.url)));
    const document = readCda(bytes).value;
    const sent = await composeMessage({
      from: { kind: 'personal', address: practice, title: 'Dr', givenName: 'Claire', familyName: 'MOREAU' },
      to: [{ kind: 'professional', address: colleague }],
      documents: createDocumentSet([document]),
      request: { dsn: true, mdn: true },
    });
    const result = await submit(practice, { ...sent.envelope, bytes: sent.bytes, dsn: sent.dsn });
    expect(result).toMatchObject({ outcome: 'accepted', recipients: [{ outcome: 'accepted', dsn: 'requested' }] });

    const received = await receive(colleague, (message) => message.messageId === sent.messageId);
    expect(received.xdm).toMatchObject({ ok: true, problems: [] });
    expect(received.xdm?.documents[0]?.bytes).toEqual(bytes);
    expect(received.patient?.ins).toEqual(document.header.patient.traits.ins);
    expect(received.attachments.map((file) => file.mediaType)).toEqual(['application/zip', 'application/pdf']);
    expect(received.subject).toMatchObject({ ok: true, familyName: 'ROCHEBRUNE' });

    const delivered = await receive(
      practice,
      (message) => message.receipt.kind === 'dsn' && message.receipt.originalEnvelopeId === sent.dsn?.envid,
    );
    expect(delivered.receipt.recipients).toMatchObject([{ action: 'delivered', status: expect.stringMatching(/^2\./) }]);

    const decision = decideMdn({ message: received.mime, policy: 'always' });
    expect(decision).toMatchObject({ send: 'yes' });
    const mdn = buildMdn({
      original: received.mime,
      to: decision.addresses,
      mailbox: { name: null, address: colleague },
      actionMode: 'automatic-action',
      sendingMode: 'MDN-sent-automatically',
      type: 'processed',
    });
    expect(await submit(colleague, { ...mdn.envelope, bytes: mdn.bytes })).toMatchObject({ outcome: 'accepted' });
    const read = await receive(practice, (message) => message.receipt.kind === 'mdn');
    expect(read.receipt).toMatchObject({ originalMessageId: sent.messageId, disposition: { type: 'processed', modifiers: [] } });
  });
});
