import { describe, expect, it } from 'vitest';
import { authenticate } from '../src/smtp/auth.js';
import { awaitGreeting, sayEhlo } from '../src/smtp/ehlo.js';
import type { SmtpMessage } from '../src/smtp/envelope.js';
import type { SubmissionResult } from '../src/smtp/outcome.js';
import { resolveSmtpTimeouts, type SmtpTimeouts } from '../src/smtp/timeouts.js';
import { runTransaction, type TransactionOptions } from '../src/smtp/transaction.js';
import { SmtpWire } from '../src/smtp/wire.js';
import type { MailboxAuthentication } from '../src/sasl/authentication.js';
import { replay, type Replay } from './transcript.js';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));
const body = 'Subject: essai\r\n\r\nBonjour\r\n.\r\n..deux\r\nfin\r\n';

const message = (given: Partial<SmtpMessage> = {}): SmtpMessage => ({
  from: 'cabinet@exemple.mssante.fr',
  recipients: [{ address: 'marie.durand@exemple.mssante.fr' }],
  message: bytes(body),
  ...given,
});

interface Options extends Partial<Omit<TransactionOptions, 'timeouts' | 'capabilities'>> {
  readonly timeouts?: Partial<SmtpTimeouts>;
}

/** Greeting, EHLO with these keywords, then one transaction. */
async function submit(
  script: string,
  given: SmtpMessage = message(),
  options: Options = {},
): Promise<{ result: SubmissionResult; server: Replay; wire: SmtpWire }> {
  const server = replay(script);
  const wire = new SmtpWire(server.stream);
  const timeouts = resolveSmtpTimeouts(options.timeouts);
  await awaitGreeting(wire, { timeoutMs: 1000 });
  const capabilities = await sayEhlo(wire, '[127.0.0.1]', { timeoutMs: 1000 });
  const result = await runTransaction(wire, given, { resetFirst: false, ...options, timeouts, capabilities });
  return { result, server, wire };
}

const hello = (...keywords: string[]): string => `
  S: 220 mail.test ESMTP
  C: EHLO [127.0.0.1]
  ${['mail.test hello', ...keywords].map((one, index, all) => `S: 250${index === all.length - 1 ? ' ' : '-'}${one}`).join('\n')}
`;

describe('one mail transaction [RFC 5321 3.3]', () => {
  it('is accepted, dots stuffed, with the queue id of the server', async () => {
    const { result, server } = await submit(`${hello('8BITMIME')}
      C: MAIL FROM:<cabinet@exemple.mssante.fr>
      S: 250 2.1.0 Ok
      C: RCPT TO:<marie.durand@exemple.mssante.fr>
      S: 250 2.1.5 Ok
      C: DATA
      S: 354 End data with <CR><LF>.<CR><LF>
      DATA
      S: 250 2.0.0 Ok: queued as 4XyZ1w2b3c`);
    expect(server.messages).toEqual(['Subject: essai\r\n\r\nBonjour\r\n..\r\n...deux\r\nfin\r\n']);
    expect(result).toMatchObject({
      outcome: 'accepted',
      stage: 'accepted',
      queueId: '4XyZ1w2b3c',
      serverName: 'mail.test',
      dsn: 'not-asked',
      error: null,
    });
    expect(result.recipients).toMatchObject([
      { outcome: 'accepted', permanent: false, code: 250, enhancedStatus: '2.0.0', stage: 'accepted', reason: null },
    ]);
    expect(result.sizeBytes).toBe(body.length);
  });

  it('sends MAIL, RCPT and DATA as one group, but no byte of the message before 354 [RFC 2920]', async () => {
    const { result, server } = await submit(
      `${hello('PIPELINING', 'SIZE 1000')}
      C: MAIL FROM:<cabinet@exemple.mssante.fr> SIZE=${body.length}
      C: RCPT TO:<a@x.mssante.fr>
      C: RCPT TO:<b@x.mssante.fr>
      C: DATA
      S: 250 Ok
      S: 250 Ok
      S: 550 5.1.1 <b@x.mssante.fr>: no such user
      S: 354 go on
      DATA
      S: 250 2.0.0 id=1tAbCd-000001-Ab`,
      message({ recipients: [{ address: 'a@x.mssante.fr' }, { address: 'b@x.mssante.fr' }] }),
    );
    expect(server.messages).toHaveLength(1);
    expect(result.outcome).toBe('refused');
    expect(result.stage).toBe('accepted');
    expect(result.queueId).toBe('1tAbCd-000001-Ab');
    expect(result.recipients.map((one) => [one.outcome, one.stage, one.code, one.permanent])).toEqual([
      ['accepted', 'accepted', 250, false],
      ['refused', 'rcpt', 550, true],
    ]);
    expect(result.recipients[1]?.text).toBe('<…@x.mssante.fr>: no such user');
  });

  it('sends an empty message, and nothing of ours, when every recipient is refused and the server says 354 all the same', async () => {
    const { result, server, wire } = await submit(`${hello('PIPELINING')}
      C: MAIL FROM:<cabinet@exemple.mssante.fr>
      C: RCPT TO:<marie.durand@exemple.mssante.fr>
      C: DATA
      S: 250 Ok
      S: 450 4.2.1 greylisted, try again
      S: 354 go on
      C: .
      S: 554 no valid recipients`);
    await server.done;
    expect(server.messages).toEqual([]);
    expect(result).toMatchObject({ outcome: 'refused', stage: 'rcpt' });
    expect(result.recipients[0]).toMatchObject({ outcome: 'refused', code: 450, enhancedStatus: '4.2.1', permanent: false });
    expect(wire.failure).toBeNull();
  });

  it('sends to nobody when one is refused and the caller wants all or none', async () => {
    const { result, server } = await submit(
      `${hello('PIPELINING')}
      C: MAIL FROM:<cabinet@exemple.mssante.fr>
      C: RCPT TO:<a@x.mssante.fr>
      C: RCPT TO:<b@x.mssante.fr>
      S: 250 Ok
      S: 250 Ok
      S: 550 5.7.1 no`,
      message({ recipients: [{ address: 'a@x.mssante.fr' }, { address: 'b@x.mssante.fr' }], whenSomeRefused: 'nobody' }),
    );
    expect(result.recipients.map((one) => [one.outcome, one.reason, one.code])).toEqual([
      ['refused', 'ERR_MSS_SMTP_NOT_ALL', null],
      ['refused', null, 550],
    ]);
    expect(server.heard.at(-1)).toBe('RCPT TO:<b@x.mssante.fr>');
  });

  it('gives every recipient the reply that refused MAIL', async () => {
    const { result, server } = await submit(`${hello('PIPELINING')}
      C: MAIL FROM:<cabinet@exemple.mssante.fr>
      C: RCPT TO:<marie.durand@exemple.mssante.fr>
      C: DATA
      S: 530-5.7.0 first line
      S: 530 5.7.0 authentication required
      S: 503 MAIL first
      S: 503 MAIL first`);
    await server.done;
    expect(result).toMatchObject({ outcome: 'refused', stage: 'mail', text: 'first line authentication required' });
    expect(result.recipients[0]).toMatchObject({ code: 530, enhancedStatus: '5.7.0', permanent: true });
  });

  it.each([
    ['552 5.3.4 too big', true],
    ['451 4.3.0 try later', false],
    ['421 4.3.2 shutting down', false],
  ])('is refused when the final dot is answered with %s', async (reply, permanent) => {
    const { result } = await submit(`${hello()}
      C~ ^MAIL
      S: 250 Ok
      C~ ^RCPT
      S: 251 will forward
      C: DATA
      S: 354 go
      DATA
      S: ${reply}`);
    expect(result).toMatchObject({ outcome: 'refused', stage: 'data-ended' });
    expect(result.recipients[0]).toMatchObject({ permanent, code: Number(reply.slice(0, 3)) });
  });

  it('writes the null reverse-path of a receipt [RFC 8098 3.1]', async () => {
    const { server } = await submit(`${hello()}\nC: MAIL FROM:<>\nS: 550 no`, message({ from: null }));
    await server.done;
  });
});

describe('DSN parameters [RFC 3461; ECO.2.3.1]', () => {
  const asked = message({
    envid: 'mss+1=e',
    ret: 'headers',
    recipients: [
      { address: 'a@x.mssante.fr', dsn: { notify: ['success', 'failure', 'delay'] } },
      { address: 'b@x.mssante.fr', dsn: { notify: 'never', orcpt: 'old+b@x.mssante.fr' } },
      { address: 'c@x.mssante.fr' },
    ],
  });

  it('go with each recipient, each with its own ORCPT', async () => {
    const { result } = await submit(
      `${hello('DSN')}
      C: MAIL FROM:<cabinet@exemple.mssante.fr> RET=HDRS ENVID=mss+2B1+3De
      S: 250 Ok
      C: RCPT TO:<a@x.mssante.fr> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;a@x.mssante.fr
      S: 250 Ok
      C: RCPT TO:<b@x.mssante.fr> NOTIFY=NEVER ORCPT=rfc822;old+2Bb@x.mssante.fr
      S: 250 Ok
      C: RCPT TO:<c@x.mssante.fr>
      S: 250 Ok
      C: DATA
      S: 354 go
      DATA
      S: 250 Ok`,
      asked,
    );
    expect(result.dsn).toBe('requested');
    expect(result.recipients.map((one) => one.dsn)).toEqual(['requested', 'requested', 'not-asked']);
  });

  it('are left out, and the caller told, when the server does not offer DSN', async () => {
    const { result, server } = await submit(
      `${hello()}
      C: MAIL FROM:<cabinet@exemple.mssante.fr>
      S: 250 Ok
      C: RCPT TO:<a@x.mssante.fr>
      S: 250 Ok
      C: RCPT TO:<b@x.mssante.fr>
      S: 250 Ok
      C: RCPT TO:<c@x.mssante.fr>
      S: 250 Ok
      C: DATA
      S: 354 go
      DATA
      S: 250 Ok`,
      asked,
    );
    await server.done;
    expect(result.outcome).toBe('accepted');
    expect(result.dsn).toBe('unsupported');
    expect(result.recipients.map((one) => one.dsn)).toEqual(['unsupported', 'unsupported', 'not-asked']);
  });
});

describe('what the server cannot take is not sent', () => {
  it('SIZE, checked before MAIL [RFC 1870]', async () => {
    const { result, server } = await submit(hello('SIZE 20'));
    expect(result.recipients[0]).toMatchObject({ outcome: 'refused', reason: 'ERR_MSS_SMTP_TOO_LARGE', permanent: true, stage: 'mail' });
    expect(server.heard).toEqual(['EHLO [127.0.0.1]']);
  });

  it('SIZE 0 and SIZE without a number are no limit', async () => {
    for (const keyword of ['SIZE 0', 'SIZE']) {
      const { server } = await submit(`${hello(keyword)}\nC~ ^MAIL FROM:<[^>]+> SIZE=[0-9]+$\nS: 550 no`);
      await server.done;
    }
  });

  it('8-bit content without 8BITMIME [RFC 6152]', async () => {
    const eight = message({ message: bytes('Subject: a\r\n\r\nété\r\n') });
    const { result, server } = await submit(hello('SMTPUTF8'), eight);
    expect(result.recipients[0]?.reason).toBe('ERR_MSS_SMTP_EIGHT_BIT');
    expect(server.heard).toHaveLength(1);
    const offered = await submit(`${hello('8BITMIME')}\nC: MAIL FROM:<cabinet@exemple.mssante.fr> BODY=8BITMIME\nS: 550 no`, eight);
    await offered.server.done;
  });

  it('a UTF-8 header or local part without SMTPUTF8 [RFC 6531]', async () => {
    const utf8 = message({ message: bytes('Subject: été\r\n\r\nx\r\n') });
    expect((await submit(hello('8BITMIME'), utf8)).result.recipients[0]?.reason).toBe('ERR_MSS_SMTP_UTF8');
    const address = message({ recipients: [{ address: 'hélène@exemple.mssante.fr' }] });
    expect((await submit(hello('8BITMIME'), address)).result.recipients[0]?.reason).toBe('ERR_MSS_SMTP_UTF8');
    const offered = await submit(
      `${hello('8BITMIME', 'SMTPUTF8')}\nC: MAIL FROM:<cabinet@exemple.mssante.fr> BODY=8BITMIME SMTPUTF8\nS: 550 no`,
      utf8,
    );
    await offered.server.done;
  });

  it('an IDN domain goes as A-labels and needs no SMTPUTF8', async () => {
    const { server } = await submit(
      `${hello()}\nC~ ^MAIL\nS: 250 Ok\nC: RCPT TO:<a@xn--hpital-ixa.mssante.fr>\nS: 550 no`,
      message({ recipients: [{ address: 'a@hôpital.mssante.fr' }] }),
    );
    await server.done;
  });

  it.each([
    ['a line feed alone', 'a\r\n\r\nx\ny\r\n'],
    ['a carriage return alone', 'a\r\n\r\nx\ry\r\n'],
    ['a smuggled end', 'a\r\n\r\nx\n.\r\nMAIL FROM:<>\r\n'],
    ['a carriage return at the end', 'a\r\n\r\nx\r'],
  ])('a message with %s: a second message could be smuggled', async (_, text) => {
    await expect(submit(hello(), message({ message: bytes(text) }))).rejects.toMatchObject({ code: 'ERR_MSS_SMTP_BARE_NEWLINE' });
  });

  it.each([
    'a@x.fr> SIZE=1',
    'a b@x.fr',
    'a@x.fr\r\nRCPT TO:<b@x.fr>',
    '@x.fr',
    'a@',
    'sans-arobase',
    'a@x..fr',
    'a@x_y.fr',
    'a@%31.fr',
    `${'a'.repeat(65)}@x.fr`,
    `a@${'x'.repeat(250)}.fr`,
    '"a"b"@x.fr',
  ])('an address that is no mailbox: %j', async (address) => {
    const error: unknown = await submit(hello(), message({ recipients: [{ address }] })).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ERR_MSS_SMTP_ADDRESS' });
    expect(JSON.stringify(error) + String(error)).not.toContain(address);
  });

  it('an envelope without recipient, with one twice, or with an ENVID that cannot be written', async () => {
    const code = { code: 'ERR_MSS_SMTP_ENVELOPE' };
    await expect(submit(hello(), message({ recipients: [] }))).rejects.toMatchObject(code);
    await expect(submit(hello(), message({ recipients: [{ address: 'a@x.fr' }, { address: 'A@X.fr' }] }))).rejects.toMatchObject(code);
    await expect(submit(hello('DSN'), message({ envid: 'é' }))).rejects.toMatchObject(code);
    await expect(submit(hello('DSN'), message({ envid: 'x'.repeat(101) }))).rejects.toMatchObject(code);
  });
});

describe('a link cut at any point [stage-aware outcomes]', () => {
  const steps: readonly [string, string, string][] = [
    ['mail', 'C~ ^MAIL\nCUT', 'refused'],
    ['rcpt', 'C~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nCUT', 'refused'],
    ['data-started', 'C~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nCUT', 'refused'],
    ['data-ended', 'C~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nS: 354 go\nDATA\nCUT', 'uncertain'],
    ['data-ended', 'C~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nS: 354 go\nDATA\nRAW 250 2.0.0 Ok: que\nCUT', 'uncertain'],
  ];

  it.each(steps)('at %s', async (stage, script, outcome) => {
    const { result, wire } = await submit(`${hello()}\n${script}`);
    expect(result).toMatchObject({ outcome, error: { code: 'ERR_MSS_SMTP_LINK_LOST' } });
    expect(result.recipients[0]).toMatchObject({ outcome, permanent: false, reason: 'ERR_MSS_SMTP_LINK_LOST', code: null });
    expect(result.stage).toBe(stage);
    expect(wire.failure).not.toBeNull();
  });

  it('while the message is under way: not sent', async () => {
    const server = replay(`${hello()}\nC~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nS: 354 go\nC: Subject: x`);
    const wire = new SmtpWire(server.stream);
    await awaitGreeting(wire, { timeoutMs: 1000 });
    const capabilities = await sayEhlo(wire, '[127.0.0.1]', { timeoutMs: 1000 });
    async function* slowly(): AsyncGenerator<Uint8Array> {
      yield bytes('Subject: x\r\n');
      await server.done;
      server.stream.destroy(new Error('cable pulled'));
      yield bytes('\r\nbody\r\n');
    }
    const result = await runTransaction(wire, message({ message: slowly() }), {
      capabilities,
      timeouts: resolveSmtpTimeouts(),
      resetFirst: false,
    });
    expect(result).toMatchObject({ outcome: 'refused', stage: 'data-started' });
    expect(result.recipients[0]).toMatchObject({ reason: 'ERR_MSS_SMTP_LINK_LOST', permanent: false });
  });

  it('keeps what was already decided about the others', async () => {
    const { result } = await submit(
      `${hello()}
      C~ ^MAIL
      S: 250 Ok
      C~ ^RCPT
      S: 550 5.1.1 no
      C~ ^RCPT
      CUT`,
      message({ recipients: [{ address: 'a@x.fr' }, { address: 'b@x.fr' }] }),
    );
    expect(result.recipients.map((one) => [one.code, one.permanent, one.reason])).toEqual([
      [550, true, null],
      [null, false, 'ERR_MSS_SMTP_LINK_LOST'],
    ]);
  });
});

describe('a server that does not answer', () => {
  it.each([
    ['mail', 'C~ ^MAIL\nHANG', 'refused'],
    ['rcpt', 'C~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nRAW 250-a\\r\\n\nHANG', 'refused'],
    ['data-ended', 'C~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nS: 354 go\nDATA\nHANG', 'uncertain'],
  ])('meets the deadline at %s', async (stage, script, outcome) => {
    const { result } = await submit(`${hello()}\n${script}`, message(), { timeouts: { commandMs: 250, dataEndMs: 250 } });
    expect(result).toMatchObject({ outcome, stage, error: { code: 'ERR_MSS_SMTP_DEADLINE' } });
  });

  it('meets the deadline although it drips a byte now and then', async () => {
    const server = replay(`${hello()}\nC~ ^MAIL\nHANG`);
    const wire = new SmtpWire(server.stream);
    await awaitGreeting(wire, { timeoutMs: 1000 });
    const capabilities = await sayEhlo(wire, '[127.0.0.1]', { timeoutMs: 1000 });
    const drip = setInterval(() => server.stream.emit('data', Buffer.from('2')), 20);
    const result = await runTransaction(wire, message(), {
      capabilities,
      timeouts: resolveSmtpTimeouts({ commandMs: 250 }),
      resetFirst: false,
    });
    clearInterval(drip);
    expect(result).toMatchObject({ outcome: 'refused', error: { code: 'ERR_MSS_SMTP_DEADLINE' } });
  });

  it('meets the deadline when it stops reading in the middle of the message: not sent', async () => {
    const server = replay(`${hello()}\nC~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nS: 354 go\nHANG`);
    const wire = new SmtpWire(server.stream);
    await awaitGreeting(wire, { timeoutMs: 1000 });
    const capabilities = await sayEhlo(wire, '[127.0.0.1]', { timeoutMs: 1000 });
    const stall = (stage: string): void => {
      if (stage === 'data-started') Object.assign(server.stream, { _write: () => {} });
    };
    const result = await runTransaction(wire, message(), {
      capabilities,
      timeouts: resolveSmtpTimeouts({ dataBlockMs: 100 }),
      resetFirst: false,
      onStage: stall,
    });
    expect(result).toMatchObject({ outcome: 'refused', stage: 'data-started', error: { code: 'ERR_MSS_SMTP_DEADLINE' } });
  });

  it('lets the caller abort: before the final dot it is refused, after it uncertain', async () => {
    const before = new AbortController();
    const early = await submit(`${hello()}\nC~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nHANG`, message(), {
      signal: before.signal,
      onStage: () => void setTimeout(() => before.abort(), 10),
    });
    expect(early.result).toMatchObject({ outcome: 'refused', error: { code: 'ERR_MSS_SMTP_ABORTED' } });
    const after = new AbortController();
    const late = await submit(`${hello()}\nC~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nS: 354 go\nDATA\nHANG`, message(), {
      signal: after.signal,
      onStage: (stage) => void (stage === 'data-ended' && setTimeout(() => after.abort(), 10)),
    });
    expect(late.result).toMatchObject({ outcome: 'uncertain', stage: 'data-ended', error: { code: 'ERR_MSS_SMTP_ABORTED' } });
  });
});

describe('a server that talks nonsense', () => {
  it.each([
    ['no reply at all', 'RAW hello there\\r\\n'],
    ['a code out of range', 'S: 650 what'],
    ['another code on the second line', 'RAW 250-a\\r\\n251 b\\r\\n'],
    ['an endless line', `RAW ${'2'.repeat(5000)}`],
    ['an endless reply', `RAW ${'250-x\\r\\n'.repeat(200)}`],
    ['a 3xx to MAIL', 'S: 354 go'],
    ['two replies to one command', 'RAW 250 a\\r\\n250 b\\r\\n250 c\\r\\n'],
  ])('%s', async (_, answer) => {
    const { result, wire } = await submit(`${hello()}\nC~ ^MAIL\n${answer}`);
    expect(result).toMatchObject({ outcome: 'refused', error: { code: 'ERR_MSS_SMTP_PROTOCOL' } });
    expect(wire.failure).not.toBeNull();
  });

  it('instead of an answer to the final dot: uncertain', async () => {
    const { result } = await submit(`${hello()}\nC~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nS: 354 go\nDATA\nRAW <html>\\r\\n`);
    expect(result).toMatchObject({ outcome: 'uncertain', error: { code: 'ERR_MSS_SMTP_PROTOCOL' } });
  });

  it.each([
    ['451 4.3.0 disk full', { outcome: 'refused', code: 451, reason: null }],
    ['250 2.0.0 Ok: queued as LIAR', { outcome: 'refused', code: null, reason: 'ERR_MSS_SMTP_PROTOCOL' }],
  ])('an answer before the final dot (%s): the message is not completed', async (reply, expected) => {
    const { result, server } = await submit(
      `${hello()}\nC~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nS: 354 go\nC: Subject: x\nS: ${reply}\nHANG`,
      message({ message: bytes(`Subject: x\r\n\r\n${'x\r\n'.repeat(400_000)}`) }),
    );
    expect(result.recipients[0]).toMatchObject({ ...expected, stage: 'data-started' });
    expect(server.heard).not.toContain('.');
  });

  it('a 2xx to DATA', async () => {
    const { result, server } = await submit(`${hello()}\nC~ ^MAIL\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nS: 250 what`);
    expect(result).toMatchObject({ outcome: 'refused', error: { code: 'ERR_MSS_SMTP_PROTOCOL' } });
    expect(server.messages).toEqual([]);
  });
});

describe('a streamed message', () => {
  async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
    for (const part of parts) yield bytes(part);
  }
  const taken = `${hello('SIZE 100', '8BITMIME')}\nC: MAIL FROM:<cabinet@exemple.mssante.fr> BODY=8BITMIME\nS: 250 Ok\nC~ ^RCPT\nS: 250 Ok\nC: DATA\nS: 354 go\n`;

  it('is dot-stuffed whatever the cuts', async () => {
    const { result, server } = await submit(
      `${taken}DATA\nS: 250 Ok`,
      message({ message: chunks('A: b\r', '\n\r\n', '.', 'x\r\n.', '\r\n', '..\r\n') }),
    );
    expect(result.outcome).toBe('accepted');
    expect(server.messages).toEqual(['A: b\r\n\r\n..x\r\n..\r\n...\r\n']);
  });

  it.each([
    ['grows over SIZE', chunks('A: b\r\n\r\n', 'x'.repeat(200)), 'ERR_MSS_SMTP_TOO_LARGE', true],
    ['has a bare line feed over two chunks', chunks('A: b\r\n\r\nx', '\n'), 'ERR_MSS_SMTP_BARE_NEWLINE', true],
    ['ends in the middle of a line end', chunks('A: b\r\n\r\nx\r'), 'ERR_MSS_SMTP_BARE_NEWLINE', true],
    ['has a UTF-8 header', chunks('A: é\r\n\r\nx\r\n'), 'ERR_MSS_SMTP_UTF8', true],
    ['fails at its source', failing(), 'ERR_MSS_SMTP_HOST', false],
  ])('that %s is never completed', async (_, source, reason, permanent) => {
    const { result, server } = await submit(`${taken}HANG`, message({ message: source }));
    expect(result.recipients[0]).toMatchObject({ outcome: 'refused', stage: 'data-started', reason, permanent });
    expect(server.heard).not.toContain('.');
  });

  async function* failing(): AsyncGenerator<Uint8Array> {
    yield bytes('A: b\r\n\r\n');
    throw new Error('disk');
  }

  it('whose host refuses the last step is not completed', async () => {
    const { result, server } = await submit(`${taken}HANG`, message({ message: chunks('A: b\r\n\r\nx\r\n') }), {
      onStage: (stage) => {
        if (stage === 'data-ended') throw new Error('ledger full');
      },
    });
    expect(result.recipients[0]).toMatchObject({ outcome: 'refused', reason: 'ERR_MSS_SMTP_HOST', permanent: false });
    expect(server.heard).not.toContain('.');
  });
});

describe('AUTH [RFC 4954]', () => {
  async function login(
    authentication: MailboxAuthentication,
    offered: readonly string[],
    script: string,
  ): Promise<{ server: Replay; error: unknown }> {
    const server = replay(script);
    const wire = new SmtpWire(server.stream);
    const context = { offered, host: 'smtp.test', port: 587, renewToken: false, patience: { timeoutMs: 1000 } };
    const error: unknown = await authenticate(wire, authentication, context).catch((caught: unknown) => caught);
    if (error === undefined) await server.done;
    return { server, error };
  }
  const b64 = (text: string): string => Buffer.from(text).toString('base64');
  const password: MailboxAuthentication = { type: 'password', user: 'boîte', password: () => Promise.resolve('sécret') };
  const token = (more: object = {}): MailboxAuthentication => ({ type: 'token', user: 'a@x.fr', token: () => 'tok', ...more });

  it('PLAIN with an initial response', async () => {
    const { error } = await login(password, ['LOGIN', 'PLAIN'], `C: AUTH PLAIN ${b64('\0boîte\0sécret')}\nS: 235 2.7.0 ok`);
    expect(error).toBeUndefined();
  });

  it('LOGIN with its two prompts, whatever they say', async () => {
    const { error } = await login(
      password,
      ['LOGIN'],
      `C: AUTH LOGIN\nS: 334 ${b64('Qui ?')}\nC: ${b64('boîte')}\nS: 334 \nC: ${b64('sécret')}\nS: 235 ok`,
    );
    expect(error).toBeUndefined();
  });

  it('EXTERNAL, with and without an identity to act as [RFC 4422]', async () => {
    expect((await login({ type: 'certificate' }, ['EXTERNAL'], 'C: AUTH EXTERNAL =\nS: 235 ok')).error).toBeUndefined();
    const { error } = await login(
      { type: 'certificate', user: 'app@x.fr' },
      ['EXTERNAL'],
      `C: AUTH EXTERNAL ${b64('app@x.fr')}\nS: 235 ok`,
    );
    expect(error).toBeUndefined();
  });

  it('XOAUTH2 and OAUTHBEARER', async () => {
    const xoauth2 = b64('user=a@x.fr\x01auth=Bearer tok\x01\x01');
    expect((await login(token(), ['OAUTHBEARER', 'XOAUTH2'], `C: AUTH XOAUTH2 ${xoauth2}\nS: 235 ok`)).error).toBeUndefined();
    const bearer = b64('n,a=a@x.fr,\x01host=smtp.test\x01port=587\x01auth=Bearer tok\x01\x01');
    expect((await login(token(), ['OAUTHBEARER'], `C: AUTH OAUTHBEARER ${bearer}\nS: 235 ok`)).error).toBeUndefined();
  });

  it('without initial response when the operator wants none, or the line would pass 512 octets', async () => {
    const xoauth2 = b64('user=a@x.fr\x01auth=Bearer tok\x01\x01');
    expect(
      (await login(token({ initialResponse: false }), ['XOAUTH2'], `C: AUTH XOAUTH2\nS: 334 \nC: ${xoauth2}\nS: 235 ok`)).error,
    ).toBeUndefined();
    const long = token({ token: () => 't'.repeat(600) });
    const { error } = await login(
      long,
      ['XOAUTH2'],
      `C: AUTH XOAUTH2\nS: 334 \nC: ${b64(`user=a@x.fr\x01auth=Bearer ${'t'.repeat(600)}\x01\x01`)}\nS: 235 ok`,
    );
    expect(error).toBeUndefined();
  });

  const report = b64('{"status":"401","schemes":"bearer","scope":"mail"}');

  it.each([
    ['the report of an error, then 535', `S: 334 ${report}\nC:\nS: 535 5.7.8 no`],
    ['the report of an error, then silence of a closed link [specs 1.4]', `S: 334 ${report}\nC:\nCUT`],
    ['535 at once', 'S: 535 5.7.8 no'],
  ])('a token is refused by %s', async (_, rest) => {
    const { error } = await login(token(), ['XOAUTH2'], `C~ ^AUTH XOAUTH2 \n${rest}`);
    expect(error).toMatchObject({ code: 'ERR_MSS_SMTP_AUTH_TOKEN_REFUSED' });
    expect(JSON.stringify(error)).not.toContain('tok"');
  });

  it.each([
    ['535 5.7.8 bad credentials', 'ERR_MSS_SMTP_AUTH_FAILED', true],
    ['454 4.7.0 try later', 'ERR_MSS_SMTP_AUTH_UNAVAILABLE', false],
    ['250 what', 'ERR_MSS_SMTP_PROTOCOL', false],
  ])('%s is %s', async (reply, code, permanent) => {
    expect((await login(password, ['PLAIN'], `C~ ^AUTH\nS: ${reply}`)).error).toMatchObject({ code, permanent });
  });

  it('a link cut during AUTH is no refusal of the credentials', async () => {
    expect((await login(password, ['PLAIN'], 'C~ ^AUTH\nCUT')).error).toMatchObject({
      code: 'ERR_MSS_SMTP_LINK_LOST',
      details: { stage: 'auth' },
    });
    expect((await login(token(), ['XOAUTH2'], 'C~ ^AUTH\nCUT')).error).toMatchObject({ code: 'ERR_MSS_SMTP_LINK_LOST' });
  });

  it('no mechanism in common: nothing is sent, and the host is not even asked for its secret', async () => {
    let asked = 0;
    const { server, error } = await login({ ...password, password: () => ((asked += 1), 'x') }, ['CRAM-MD5', 'EXTERNAL'], 'HANG');
    expect(error).toMatchObject({ code: 'ERR_MSS_SMTP_AUTH_MECHANISM' });
    expect([asked, server.heard]).toEqual([0, []]);
  });

  it('a server that keeps asking is cut off', async () => {
    const { error } = await login(token(), ['XOAUTH2'], `C~ ^AUTH\n${`S: 334 ${report}\nC~ .*\n`.repeat(7)}`);
    expect(error).toMatchObject({ code: 'ERR_MSS_SMTP_PROTOCOL' });
  });
});
