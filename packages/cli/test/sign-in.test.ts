/** The other ways into a mailbox: client certificate and Pro Santé Connect. */
import { writeFileSync } from 'node:fs';

import { beforeAll, describe, expect, it } from 'vitest';

import { doctor, mailboxWorld } from './mailbox-support.js';

const { sandbox, file, configure, run } = mailboxWorld();
const applicative = 'sil@laboratoire-du-port.mssante.test';

describe('a client certificate', () => {
  let clientIdentity: object;
  beforeAll(() => {
    const { clientCertificate } = sandbox().account(applicative);
    writeFileSync(file('client.pem'), clientCertificate?.certPem ?? '');
    writeFileSync(file('client.key'), clientCertificate?.keyPem ?? '', { mode: 0o600 });
    clientIdentity = { type: 'pem', certificate: 'client.pem', key: 'client.key' };
  });

  it('opens an applicative mailbox, and doctor tells its end [ECO.1.2.1]', async () => {
    const config = configure('applicative', { authentication: { type: 'certificate' }, clientIdentity }, applicative);
    const send = [
      'send',
      '--to',
      doctor,
      '--subject',
      'Avis',
      '--applicative',
      'secretariat@laboratoire-du-port.mssante.test',
      '--document-id',
      'app',
    ];
    expect(await run(config, ...send)).toMatchObject({ status: 0, json: { outcome: 'accepted' } });
    const { json } = await run(config, 'doctor');
    expect(json.checks.find((one: { name: string }) => one.name === 'identity').message).toMatch(/certificat valable encore \d+ jours/);
    expect(json.checks.find((one: { name: string }) => one.name === 'authentication.imap')).toMatchObject({ outcome: 'ok' });
  });
  it('a password is none for an applicative mailbox, unless the operator allows it', async () => {
    const authentication = { type: 'password', password: { env: 'MSS_ABSENT' } };
    const config = configure('password', { authentication }, applicative);
    const refused = { json: { error: { code: 'ERR_MSS_MAILBOX_AUTHENTICATION' } } };
    expect(await run(config, 'receive', '--into', file('never'))).toMatchObject(refused);
    const contact = 'secretariat@laboratoire-du-port.mssante.test';
    expect(await run(config, 'send', '--to', doctor, '--subject', 'Avis', '--applicative', contact)).toMatchObject(refused);
    const mailbox = { address: applicative, kind: 'app', operatorAllows: ['password'] };
    expect(await run(configure('allowed', { authentication, mailbox }, applicative), 'receive', '--into', file('never'))).toMatchObject({
      json: { error: { code: 'ERR_MSS_CLI_SECRET' } },
    });
  });
});

describe('Pro Santé Connect', () => {
  it('by telephone: the token opens the mailbox, and is never shown elsewhere', async () => {
    const psc = sandbox().proSanteConnect;
    const { proSanteConnect } = sandbox().describe();
    psc.telephone('approve');
    const config = configure('psc', {
      authentication: {
        type: 'psc',
        issuer: proSanteConnect.issuer,
        discoveryUrl: proSanteConnect.discoveryUrl,
        clientId: proSanteConnect.clientId,
        clientSecret: { file: 'psc-secret' },
        signIn: 'telephone',
        nationalId: proSanteConnect.users.find((user) => JSON.stringify(user).includes('MOREAU'))?.nationalId,
        anchors: ['ca.pem'],
      },
    });
    writeFileSync(file('psc-secret'), proSanteConnect.clientSecret, { mode: 0o600 });
    const outcome = await run(config, 'receive', '--into', file('psc'));
    expect(outcome.stderr).toMatch(/confirmez la connexion sur votre téléphone \(e-CPS\), code affiché : \d\d/);
    expect(outcome).toMatchObject({ status: 0 });
    psc.telephone('deny');
    expect(await run(config, 'receive', '--into', file('psc'))).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_PSC_DENIED' } },
    });
  });
});
