/** The configuration file: one schema for validation and help; nothing of its values in an error. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';

import { runMss } from '@mss/cli';
import { describe, expect, it } from 'vitest';

import { nearestWord } from '../src/config/nearest.js';
import { readKey, readSecret } from '../src/config/secrets.js';
import { configSchema } from '../src/config/schema.js';
import type { ConfigField, ConfigKeys } from '../src/config/field.js';
import { validateObject } from '../src/config/validate.js';
import { mss, temporaryFolder, type Outcome } from './support.js';

const file = temporaryFolder();
const server = { host: '127.0.0.1', port: 1, security: 'implicit' };
const good = {
  mailbox: { address: 'a@b.mssante.test', kind: 'per', label: 'Dr_A_MARTIN' },
  servers: { imap: server, smtp: server },
  authentication: { type: 'password', password: { env: 'X' } },
  trust: { anchors: ['ca.pem'] },
  ledger: { store: 'ledger.db', key: { file: 'key' } },
};
writeFileSync(file('key'), randomBytes(32).toString('hex'));

async function check(changes: unknown, args: readonly string[] = ['--json']): Promise<Outcome> {
  const config = typeof changes === 'string' ? changes : JSON.stringify({ ...good, ...(changes as object) });
  writeFileSync(file('config.json'), config);
  return mss(['outbox', 'list', '--config', file('config.json'), ...args]);
}

describe('the configuration file', () => {
  it('is read, its paths relative to it', async () => {
    const { status, json, stderr } = await check({});
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(json.entries).toEqual([]);
    expect(
      await mss(
        ['outbox', 'list', '--config', '-', '--json'],
        JSON.stringify({ ...good, ledger: { store: file('l.db'), key: { file: file('key') } } }),
      ),
    ).toMatchObject({ status: 0 });
  });

  it.each([
    ['not JSON', '{"mailbox": secret', 'is not JSON', "n'est pas du JSON"],
    ['no object', '[]', 'the configuration must be an object', 'la configuration doit être un objet'],
    ['an unknown key', { mailbx: {} }, 'unknown key "mailbx" (did you mean "mailbox"?)', 'clé inconnue « mailbx » (« mailbox » ?)'],
    [
      'an unknown key within',
      { trust: { anchors: ['x'], igcsante: true } },
      '"trust.igcsante" (did you mean "igcSante"?)',
      '« igcSante » ?',
    ],
    ['a key far from all', { zzzzzzzz: 1 }, 'unknown key "zzzzzzzz"; known: mailbox, servers', 'connues : mailbox'],
    ['a missing key', { ledger: { store: 'x' } }, 'the key "ledger.key" is missing', 'la clé « ledger.key » manque'],
    [
      'a wrong kind of value',
      { mailbox: { address: 'a@b', kind: 'perso' } },
      '"mailbox.kind" must be one of per, org, app',
      'per, org, app',
    ],
    [
      'a number as text',
      { servers: { imap: { ...server, port: '993' } } },
      '"servers.imap.port" must be a number from 1 to 65535',
      'un nombre de 1 à 65535',
    ],
    [
      'an unknown variant',
      { authentication: { type: 'otp' } },
      '"authentication.type" must be one of password, certificate, psc, token-command',
      'password',
    ],
    [
      'a secret of another form',
      { authentication: { type: 'password', password: { vault: 'x' } } },
      '{ "env": "NAME" }',
      '{ "env": "NOM" }',
    ],
    ['a list that is none', { trust: { anchors: 'ca.pem' } }, '"trust.anchors" must be a list', '« trust.anchors » doit être une liste'],
    ['servers that are neither', { servers: 'autp' }, '"servers" must be an object or "auto"', '« auto »'],
    ['certificate without identity', { authentication: { type: 'certificate' } }, 'needs "clientIdentity"', 'clientIdentity'],
    [
      'keys that rotate without the one that must not',
      { ledger: { ...good.ledger, previousKeys: [{ id: 'a', key: { env: 'Y' } }] } },
      'pseudonyms must not change',
      'pseudonymes',
    ],
    ['a pin that is none', { trust: { anchors: ['x'], pins: ['abcd'] } }, '64 hexadecimal digits', '64 chiffres'],
  ])('%s', async (_what, changes, english, french) => {
    const { status, json } = await check(changes);
    expect(status).toBe(2);
    expect(json.error).toMatchObject({ code: 'ERR_MSS_CLI_CONFIG', message: expect.stringContaining(english) });
    expect((await check(changes, [])).stderr).toContain(french);
  });

  it('takes a secret as plain text with a warning, and shows dangerous switches loudly', async () => {
    const secret = randomBytes(32).toString('base64');
    const { status, stderr } = await check({ ledger: { store: 'inline.db', key: secret }, dangerouslyAllowOutsideTrustSpace: true }, []);
    expect(status).toBe(0);
    expect(stderr).toContain('ATTENTION : dangerouslyAllowOutsideTrustSpace est actif');
    expect(stderr).toContain('secret écrit en clair dans la configuration : ledger.key');
    expect(stderr).not.toContain(secret);
  });

  it('a key that is none, a secret that is not there', async () => {
    expect((await check({ ledger: { store: 'x.db', key: 'court' } })).json.error).toMatchObject({
      code: 'ERR_MSS_CLI_CONFIG',
      message: expect.stringContaining('32 bytes'),
    });
    expect((await check({ ledger: { store: 'x.db', key: { env: 'MSS_ABSENT' } } })).json.error).toMatchObject({
      code: 'ERR_MSS_CLI_SECRET',
    });
    expect((await check({ ledger: { store: 'x.db', key: { file: 'absent' } } })).json.error).toMatchObject({ code: 'ERR_MSS_CLI_SECRET' });
    expect((await check({ ledger: { store: 'x.db', key: { ask: true } } })).json.error).toMatchObject({ code: 'ERR_MSS_CLI_SECRET' });
  });

  it('--profile and --environment win over it', async () => {
    writeFileSync(file('p.json'), JSON.stringify({ ...good, profile: 'ref2-1.0.1', environment: 'test' }));
    const send = ['send', '--config', file('p.json'), '--to', 'c@d.test', '--subject', 'x', '--queue-only', '--json', '--document-id'];
    // ref2-1.0.1 wants the number of the product.
    expect(await mss([...send, 'p1'])).toMatchObject({ status: 2, json: { error: { code: 'ERR_MSS_MESSAGE_NIL' } } });
    expect(await mss([...send, 'p2', '--profile', 'ref2-0.1'])).toMatchObject({ status: 0 });
  });

  it('refuses recipients outside the white list, unless told otherwise', async () => {
    writeFileSync(file('domains.txt'), '# espace de confiance\nclinique.mssante.test\r\n');
    const configs = [{}, { dangerouslyAllowOutsideTrustSpace: true }].map((more, index) => {
      writeFileSync(file(`white${index}.json`), JSON.stringify({ ...good, whiteList: { file: 'domains.txt' }, ...more }));
      return file(`white${index}.json`);
    });
    const send = (config: string, to: string): Promise<Outcome> =>
      mss([
        'send',
        '--config',
        config,
        '--to',
        to,
        '--subject',
        'x',
        '--queue-only',
        '--json',
        '--document-id',
        `w-${config.at(-6)}-${to.length}`,
      ]);
    expect(await send(configs[0] ?? '', 'a@clinique.mssante.test')).toMatchObject({ status: 0 });
    expect(await send(configs[0] ?? '', 'a@x.clinique.mssante.test')).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_MESSAGE_OUTSIDE_TRUST_SPACE' } },
    });
    expect(await send(configs[1] ?? '', 'a@ailleurs.test')).toMatchObject({ status: 0 });
  });
});

describe('secrets', () => {
  const io = { stdin: Readable.from([]), stdout: () => {}, stderr: () => {}, interactive: false, debug: false };
  const use = { place: 'x', prompt: 'x : ' };

  it('come from the environment, a file without its line end, a person, or the file itself', async () => {
    writeFileSync(file('secret'), 'mot de passe\r\n');
    expect(await readSecret({ from: 'env', name: 'A' }, { ...use, io: { ...io, env: { A: 'un' } } })).toBe('un');
    expect(await readSecret({ from: 'file', path: file('secret') }, { ...use, io })).toBe('mot de passe');
    expect(await readSecret({ from: 'person' }, { ...use, io: { ...io, ask: (prompt) => Promise.resolve(`${prompt}deux`) } })).toBe(
      'x : deux',
    );
    await expect(readSecret({ from: 'person' }, { ...use, io: { ...io, ask: () => Promise.resolve(null) } })).rejects.toMatchObject({
      code: 'ERR_MSS_CLI_SECRET',
    });
  });
  it('keys in hexadecimal, base64 or bytes are the same key', async () => {
    const key = randomBytes(32);
    writeFileSync(file('raw'), key);
    expect(await readKey({ from: 'file', path: file('raw') }, { ...use, io })).toEqual(new Uint8Array(key));
    for (const text of [key.toString('hex'), key.toString('base64'), `${key.toString('hex')}\n`])
      expect(await readKey({ from: 'inline', value: text }, { ...use, io })).toEqual(new Uint8Array(key));
  });
});

describe('the example', () => {
  it('is a valid configuration', () => {
    const example: unknown = JSON.parse(readFileSync(new URL('../../../tooling/testdata/cli/configuration.json', import.meta.url), 'utf8'));
    const notes = { folder: '/etc/mss', inlineSecrets: [], dangers: [] };
    expect(validateObject(example, configSchema, { place: '', notes })).toMatchObject({
      ledger: { store: { kind: 'sqlite', file: '/etc/mss/ledger.db' } },
    });
    expect(notes).toMatchObject({ inlineSecrets: [], dangers: [] });
  });
});

describe('help', () => {
  const all = (keys: ConfigKeys): string[] => Object.entries(keys).flatMap(([key, field]) => [key, ...below(field)]);
  const below = (field: ConfigField): string[] =>
    field.kind === 'list'
      ? below(field.of)
      : field.kind === 'variants'
        ? Object.values(field.of).flatMap(all)
        : 'keys' in field
          ? all(field.keys)
          : [];

  it.each([[['help', 'send']], [['send', '--help']], [['help', 'send', '--lang', 'en']]])(
    '%j tells every key of the schema',
    async (args) => {
      const { status, stdout } = await mss(args);
      expect(status).toBe(0);
      for (const key of all(configSchema)) expect(stdout).toMatch(new RegExp(`\\n +${key}\\*? `));
      expect(stdout).toMatch(/entryId, documentId, messageId, outcome/);
    },
  );
  it('the nearest word', () => {
    expect(nearestWord('adress', ['address', 'kind'])).toBe('address');
    expect(nearestWord('xyz', ['address', 'kind'])).toBe(null);
  });
});

describe('token command', () => {
  it('what it prints is the token; what it says when it fails is not shown', async () => {
    const { signIn } = await import('../src/session/sign-in.js');
    const about = { context: { language: 'fr' }, hosts: ['mail.test'], userName: 'a@b.test', identity: null } as never;
    const config = (script: string): never =>
      ({ authentication: { type: 'token-command', command: [process.execPath, '-e', script] } }) as never;
    const token = async (script: string, host = 'mail.test'): Promise<string> => {
      const { auth } = await signIn(config(script), about);
      if (auth.type !== 'token') throw new Error('a token was expected');
      return auth.token({ renew: true, host, port: 993, signal: undefined });
    };
    expect(await token('console.log(`jeton${process.env.MSS_TOKEN_RENEW}`)')).toBe('jeton1');
    await expect(token('console.log("jeton")', 'ailleurs.test')).rejects.toMatchObject({ code: 'ERR_MSS_CLI_TOKEN_COMMAND' });
    await expect(token('console.error("secret"); process.exit(3)')).rejects.toMatchObject({
      code: 'ERR_MSS_CLI_TOKEN_COMMAND',
      details: { exitCode: 3 },
    });
    await expect(token('console.log("a b")')).rejects.toMatchObject({ code: 'ERR_MSS_CLI_TOKEN_COMMAND' });
  });
});

it('a command without --config says so', async () => {
  const { stderr } = await mss(['send', '--to', 'x@y.test']);
  expect(stderr).toContain("l'option --config <fichier> est obligatoire");
  expect(
    await runMss(['doctor', '--config', file('absent.json')], {
      stdin: Readable.from([]),
      stdout: () => {},
      stderr: () => {},
      interactive: false,
      debug: false,
    }),
  ).toBe(2);
});
