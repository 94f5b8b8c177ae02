/** `mss doctor`: every part looked at, each fault named with what to do; no mail leaves. */
import { chmodSync, statSync, writeFileSync } from 'node:fs';

import { createTestIgc } from '@mss/testkit';
import { describe, expect, it } from 'vitest';

import { doctor, mailboxWorld } from './mailbox-support.js';
import { mss, unlabelled } from './support.js';

const { sandbox, file, configure, run } = mailboxWorld();

interface Checks {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly message: string;
    readonly requirement: string | null;
  }[];
}
const outcomes = ({ checks }: Checks): Record<string, string> => Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));
const messageOf = ({ checks }: Checks, name: string): string => checks.find((one) => one.name === name)?.message ?? '';

describe('mss doctor', () => {
  it('a mailbox in order: status 0, and nothing was sent', async () => {
    chmodSync(file('ledger.key'), 0o600);
    const config = configure('well');
    sandbox().events.clear();
    const { status, json } = await run(config, 'doctor');
    expect(json.checks.filter((one: { outcome: string }) => one.outcome === 'failed')).toEqual([]);
    expect(status).toBe(0);
    expect(json.ok).toBe(true);
    expect(unlabelled(json)).toEqual([]);
    expect(outcomes(json)).toMatchObject({
      configuration: 'ok',
      permissions: 'ok',
      identity: 'skipped',
      'ledger.store': 'ok',
      'ledger.audit': 'ok',
      outbox: 'ok',
      inbox: 'ok',
      autoconfiguration: 'skipped',
      'dns.imap': 'ok',
      'dns.smtp': 'ok',
      'tls.imap': 'ok',
      'tls.smtp': 'ok',
      'revocation.imap': 'ok',
      clock: 'ok',
      'authentication.imap': 'ok',
      'authentication.smtp': 'ok',
      'capabilities.smtp': 'ok',
      'white-list': 'skipped',
      directory: 'skipped',
    });
    expect(messageOf(json, 'tls.imap')).toMatch(/^TLSv1\.2, TLS_ECDHE_.*certificat valable encore \d+ jours/);
    expect(sandbox().events.ofType('message')).toEqual([]);
    expect([...sandbox().events].some((event) => event.command === 'MAIL')).toBe(false);
    expect((await mss(['doctor', '--config', config, '--lang', 'en'])).stdout).toContain('certificate valid for');
  });

  it('wrong password, full outbox, loose permissions: named, with what to do', async () => {
    const config = configure('ill', { authentication: { type: 'password', password: 'faux' } });
    chmodSync(file('ill.json'), 0o644);
    await run(config, 'send', '--to', doctor.replace('claire', 'x'), '--subject', 'Avis', '--queue-only', '--document-id', 'd');
    const { status, json } = await run(config, 'doctor');
    expect(status).toBe(1);
    expect(json).toMatchObject({ ok: false, error: { code: 'ERR_MSS_CLI_DOCTOR' } });
    expect(outcomes(json)).toMatchObject({
      configuration: 'warning',
      permissions: 'warning',
      'authentication.imap': 'failed',
      'authentication.smtp': 'failed',
      'tls.imap': 'ok',
    });
    expect(messageOf(json, 'authentication.imap')).toMatch(/ – vérifiez « authentication »/);
    expect(messageOf(json, 'permissions')).toContain('--config');
    expect(JSON.stringify(json)).not.toContain('faux');
    expect(statSync(file('ill.db')).mode & 0o077).toBe(0);
  });

  it('unknown authority: the requirement, status 1 [ECO.1.1.4]', async () => {
    const other = await createTestIgc();
    writeFileSync(file('other.pem'), other.caPem);
    await other.close();
    const { status, json } = await run(configure('strange', { trust: { anchors: ['other.pem'] } }), 'doctor');
    expect(status).toBe(1);
    expect(json.checks.find((one: { name: string }) => one.name === 'tls.smtp')).toMatchObject({
      outcome: 'failed',
      requirement: 'ECO.1.1.4',
      code: 'ERR_MSS_TLS_UNTRUSTED',
    });
    expect(json.error.requirement).toBe('ECO.1.1.4');
  });

  it('no server answers: status 3', async () => {
    const nowhere = { host: '127.0.0.1', port: 1, security: 'implicit' };
    const { status, json } = await run(configure('alone', { servers: { imap: nowhere, smtp: nowhere } }), 'doctor');
    expect(status).toBe(3);
    expect(json).toMatchObject({ ok: false, error: { code: 'ERR_MSS_CLI_DOCTOR_NO_ANSWER' } });
    expect(messageOf(json, 'tls.imap')).toContain('vérifiez l’hôte');
  });

  it('a configuration that is none, and a trail that was tampered with', async () => {
    writeFileSync(file('none.json'), '{');
    expect(await run(file('none.json'), 'doctor')).toMatchObject({
      status: 2,
      json: { ok: false, checks: [{ name: 'configuration', outcome: 'failed' }], error: { code: 'ERR_MSS_CLI_CONFIG' } },
    });
    const config = configure('tampered');
    await run(config, 'send', '--to', doctor.replace('claire', 'x'), '--subject', 'Avis', '--queue-only', '--document-id', 't');
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(file('tampered.db'));
    database.exec("UPDATE audit_events SET author = 'somebody else'");
    database.close();
    const { json } = await run(config, 'doctor');
    expect(outcomes(json)['ledger.audit']).toBe('failed');
    expect(messageOf(json, 'ledger.audit')).toContain('rompue');
  });
});
