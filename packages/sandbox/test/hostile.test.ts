import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../src/index.js';
import { claire, hugo, imap, smtp, withImap } from './clients.js';
import { simpleMail } from './mails.js';
import { RawClient } from './raw-client.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ limits: { messageBytes: 100_000 } });
});
afterAll(async () => sandbox.stop());

async function loggedIn(): Promise<RawClient> {
  const client = await RawClient.secure(sandbox, sandbox.ports.imaps);
  await client.until(/\* OK .*\r\n/);
  await client.ask(`a LOGIN ${claire} ${sandbox.account(claire).password}\r\n`, /a OK .*\r\n/);
  return client;
}

describe('IMAP against hostile clients', () => {
  it.each([
    ['no tag', '\r\n', /\* BAD/],
    ['an unknown command', 'b XYZZY\r\n', /b BAD/],
    ['a quoted string without end', 'b SELECT "INBOX\r\n', /b BAD/],
    ['too few arguments', 'b SELECT\r\n', /b BAD/],
    ['too many arguments', 'b NOOP x\r\n', /b BAD/],
    ['a command of another state', 'b FETCH 1 FLAGS\r\n', /b BAD/],
    ['a second login', 'b LOGIN x y\r\n', /b BAD/],
    ['UID before a command that has no such form', 'b UID SELECT INBOX\r\n', /b BAD/],
    ['a folder that is not there', 'b SELECT nulle-part\r\n', /b NO \[NONEXISTENT\]/],
  ])('answers %s', async (_, line, answer) => {
    const client = await loggedIn();
    expect(await client.ask(line, /[*b] (?:BAD|NO).*\r\n/)).toMatch(answer);
    expect(await client.ask('c NOOP\r\n', /c .*\r\n/)).toMatch(/c OK/);
    client.close();
  });

  it.each([
    'FETCH 0 FLAGS',
    'FETCH 9999999999999 FLAGS',
    'FETCH 2 FLAGS',
    'FETCH 1 BODY[0]',
    'FETCH 1 BODY[MIME]',
    'FETCH 1 (FLAGS',
    `SEARCH ${'('.repeat(60)}`,
    `SEARCH ${'NOT '.repeat(2)}`,
    'STORE 1 FLAGS (\\Seen',
    'SEARCH SINCE hier',
    'FETCH 1:*,',
  ])('answers BAD to %s', async (command) => {
    await withImap(imap(sandbox, claire), async (client) => client.append('Drafts', simpleMail('x')));
    const client = await loggedIn();
    await client.ask('b EXAMINE Drafts\r\n', /b OK .*\r\n/);
    const count = sandbox.messages(claire, { folder: 'Drafts' }).length;
    expect(await client.ask(`c ${command.replace('FETCH 2 ', `FETCH ${count + 1} `)}\r\n`, /c .*\r\n/)).toMatch(/c BAD/);
    client.close();
  });

  it('takes literals within the limit and refuses larger ones, synchronising or not [RFC 7888]', async () => {
    const client = await loggedIn();
    expect(await client.ask('b APPEND INBOX {100001}\r\n', /b .*\r\n/)).toContain('NO [TOOBIG]');
    client.send('c APPEND INBOX {150000+}\r\n');
    client.send(Buffer.alloc(150_000, 0x41));
    expect(await client.ask('\r\n', /c .*\r\n/)).toContain('NO [TOOBIG]');
    // Two literals: the tag stands in the first line.
    expect(await client.ask('z APPEND {5+}\r\nINBOX {100001}\r\n', /z .*\r\n/)).toContain('z NO [TOOBIG]');
    client.send('d APPEND INBOX {5+}\r\nabcde\r\n');
    expect(await client.until(/d .*\r\n/)).toContain('APPENDUID');
    expect(await client.ask('e APPEND INBOX {300000+}\r\n', /\* BYE.*\r\n/)).toContain('TOOBIG');
    await client.rest();
  });

  it('bounds lines, and literals before login', async () => {
    const long = await loggedIn();
    long.send('b LIST "" "');
    long.send(Buffer.alloc(70_000, 0x41));
    expect(await long.rest()).toContain('* BYE');
    const early = await RawClient.secure(sandbox, sandbox.ports.imaps);
    expect(await early.ask('a LOGIN {9000}\r\n', /a .*\r\n/)).toContain('TOOBIG');
    early.close();
  });

  it('drops what was said in the clear after STARTTLS [RFC 3501 §6.2.1]', async () => {
    const client = await RawClient.clear(sandbox, sandbox.ports.imap);
    await client.until(/\* OK .*\r\n/);
    expect(await client.ask('a LOGIN x y\r\n', /a .*\r\n/)).toContain('PRIVACYREQUIRED');
    await client.ask('b STARTTLS\r\nc NOOP\r\n', /b OK .*\r\n/);
    await client.upgrade(sandbox);
    expect(await client.ask('d CAPABILITY\r\n', /d OK .*\r\n/)).toMatch(/^\* CAPABILITY .*AUTH=EXTERNAL.*\r\nd OK Done\r\n$/);
    client.close();
  });

  it('serves commands that come all at once, in order', async () => {
    const client = await loggedIn();
    client.send('b SELECT INBOX\r\nc NOOP\r\nd IDLE\r\n');
    await client.until(/\+ idling\r\n/);
    client.send('DONE\r\ne LOGOUT\r\n');
    expect(await client.rest()).toMatch(/d OK.*\r\n\* BYE.*\r\ne OK/);
  });
});

describe('SMTP against hostile clients', () => {
  it('offers AUTH only under TLS and takes no mail before [RFC 4954 §4]', async () => {
    const client = await RawClient.clear(sandbox, sandbox.ports.submission);
    await client.until(/220 .*\r\n/);
    const clear = await client.ask('EHLO lps\r\n', /250 .*\r\n/);
    expect(clear).toContain('STARTTLS');
    expect(clear).not.toContain('AUTH');
    expect(await client.ask('MAIL FROM:<x@y.test>\r\n', /5\d\d .*\r\n/)).toMatch(/530 5\.7\.0/);
    await client.ask('STARTTLS\r\nEHLO injecte\r\n', /220 .*\r\n/);
    await client.upgrade(sandbox);
    expect(await client.ask('EHLO lps\r\n', /250 .*\r\n/)).toMatch(/AUTH PLAIN LOGIN XOAUTH2 EXTERNAL/);
    expect(await client.ask('MAIL FROM:<x@y.test>\r\n', /5\d\d .*\r\n/)).toMatch(/530/);
    client.close();
  });

  it('asks for the EXTERNAL response when it does not come along, and lets it be taken back', async () => {
    const { certPem: cert, keyPem: key } = sandbox.account('sil@laboratoire-du-port.mssante.test').clientCertificate!;
    const client = await RawClient.secure(sandbox, sandbox.ports.smtps, { cert, key });
    await client.until(/220 .*\r\n/);
    await client.ask('EHLO lps\r\n', /250 .*\r\n/);
    await client.ask('AUTH EXTERNAL\r\n', /334 \r\n/);
    expect(await client.ask('*\r\n', /5\d\d .*\r\n/)).toMatch(/501/);
    await client.ask('AUTH EXTERNAL\r\n', /334 \r\n/);
    expect(await client.ask('\r\n', /\d\d\d .*\r\n/)).toMatch(/235 2\.7\.0/);
    client.close();
  });

  it('keeps what a dot or a bare line feed looks like [RFC 5321 §4.5.2]', async () => {
    const text = simpleMail('points').replace('Bonjour.', '.\r\n..\r\n.fin\n.\nsuite');
    await smtp(sandbox, claire).sendMail({ envelope: { from: claire, to: [hugo] }, raw: text.replaceAll(/\r?\n/g, '\r\n') });
    expect(String(sandbox.messages(hugo).at(-1)!.content)).toContain('\r\n.\r\n..\r\n.fin\r\n.\r\nsuite');
  });
});

describe('limits of the sandbox', () => {
  it('refuses what its memory is not to hold, and takes it once there is room [5.3.1]', async () => {
    const own = await startSandbox({ limits: { storageBytes: 12_000 } });
    const send = async (): Promise<unknown> => smtp(own, claire).sendMail({ from: claire, to: hugo, text: 'x'.repeat(9_000) });
    await send();
    await expect(send()).rejects.toMatchObject({ responseCode: 452, response: expect.stringContaining('4.3.1') });
    expect(() => own.deliver(Buffer.alloc(9_000, 0x41), { from: '', to: [hugo] })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_SANDBOX_STORAGE_FULL' }),
    );
    await withImap(imap(own, hugo), async (client) => {
      await client.mailboxOpen('INBOX');
      await expect(client.messageCopy('1', 'Trash')).resolves.toBe(false);
      await expect(client.append('Trash', 'x'.repeat(9_000))).rejects.toMatchObject({ serverResponseCode: 'OVERQUOTA' });
      await client.messageDelete('1');
    });
    await send();
    await own.stop();
  });
});
