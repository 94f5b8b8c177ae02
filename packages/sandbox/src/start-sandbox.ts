import { getProfile, MssError } from '@mss/core';
import { Account, Accounts } from './account.js';
import { createPublication } from './annuaire/open-annuaire.js';
import { AnnuaireServer } from './annuaire/server.js';
import { writeSandboxFiles } from './data-directory.js';
import { Operator } from './delivery/operator.js';
import type { SandboxErrorCode } from './errors.js';
import { EventLog } from './event-log.js';
import { FaultPlan } from './faults.js';
import { openEndpoint } from './network/endpoint.js';
import type { ServerContext } from './network/server-context.js';
import { resolveOptions, type ResolvedOptions, type SandboxAccountOptions, type SandboxOptions } from './options.js';
import { PscServer } from './pro-sante-connect/server.js';
import { RunningSandbox } from './running-sandbox.js';
import type { Sandbox } from './sandbox.js';
import { SandboxIgc } from './sandbox-igc.js';
import { StorageBudget } from './store/budget.js';
import { Mailbox } from './store/mailbox.js';

const hostname = 'operateur.mssante.test';

/**
 * Starts a whole MSSanté world in this process, without root and without network: a test IGC with CRLs, an operator
 * with SMTP and IMAP, mailboxes of every kind, Pro Santé Connect, the files of the Annuaire, and Mon espace santé.
 *
 * @throws MssError `ERR_MSS_SANDBOX_OPTION`
 * @throws MssError `ERR_MSS_SANDBOX_PORT_TAKEN`
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const resolved = resolveOptions(options);
  const { host, portBase, profile } = resolved;
  const igc = await SandboxIgc.open({ host, hostname, profile, crlPort: portBase === null ? 0 : portBase + 4 });
  let psc: PscServer | null = null;
  let annuaire: AnnuaireServer | null = null;
  try {
    const budget = new StorageBudget(resolved.limits.storageBytes);
    const accounts = await createAccounts(resolved, { igc, budget });
    const { clock, random, limits, trustedDomains, unknownRecipients } = resolved;
    const publication = createPublication(resolved.annuaire, {
      clock,
      accounts: accounts.all,
      trustedDomains,
      users: () => psc?.users ?? [],
    });
    // Whoever is found in the directory can be written to: the message comes back, for the mailbox is nowhere.
    const reachable = new Set([...trustedDomains, ...publication.asciiDomains]);
    const operator = new Operator({ hostname, accounts, budget, trustedDomains: reachable, unknownRecipients, clock, random });
    const events = new EventLog(limits.events);
    const faults = new FaultPlan();
    const context: ServerContext = {
      hostname,
      accounts,
      operator,
      budget,
      events,
      faults,
      limits,
      clock,
      accountOfCertificate(fingerprint256, authorizationId) {
        const account = fingerprint256 !== null && igc.isValidClient(fingerprint256) ? accounts.byCertificate(fingerprint256) : undefined;
        const allowed = authorizationId === '' || account?.address.toLowerCase() === authorizationId.toLowerCase();
        return account !== undefined && allowed ? account : null;
      },
      acceptsToken: (account, token) => account.acceptsToken(token) || (psc?.opens(token, account.address) ?? false),
    };
    const files =
      resolved.dataDirectory === null
        ? null
        : await writeSandboxFiles(resolved.dataDirectory, {
            caPem: igc.caPem,
            intermediatePem: igc.intermediatePem,
            accounts: accounts.all,
          });
    psc = await PscServer.open({
      host,
      port: portBase === null ? 0 : portBase + 5,
      identity: await igc.conformingServer(),
      accounts: accounts.all,
      clock,
      random,
      settings: resolved.proSanteConnect,
      isValidClient: (fingerprint256) => igc.isValidClient(fingerprint256),
    });
    annuaire = await AnnuaireServer.open({
      host,
      port: portBase === null ? 0 : portBase + 6,
      identity: await igc.conformingServer(),
      publication,
    });
    const endpoint = await openEndpoint({ context, identity: await igc.conformingServer(), name: 'main', host, portBase });
    return new RunningSandbox({ resolved, igc, context, events, faults, endpoint, psc, annuaire, files });
  } catch (error) {
    await annuaire?.close();
    await psc?.close();
    await igc.close();
    throw error;
  }
}

async function createAccounts(
  options: ResolvedOptions,
  parts: { readonly igc: SandboxIgc; readonly budget: StorageBudget },
): Promise<Accounts> {
  const accounts = new Accounts();
  const patientBytes = getProfile(options.profile).message.patientMessageBytes;
  for (const account of options.accounts) {
    if (!/^[^\s@<>"]+@[^\s@<>"]+$/.test(account.address))
      throw new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_OPTION', 'an account has no mail address');
    const certified = account.kind === 'applicative' || (account.clientCertificate === true && account.kind !== 'patient');
    const added = accounts.add(
      new Account(account, {
        mailbox: new Mailbox({
          budget: parts.budget,
          quotaBytes: account.quotaBytes ?? null,
          now: options.clock.now(),
        }),
        clientCertificate: certified ? await parts.igc.issueClient(clientSubject(account)) : null,
        maxMessageBytes: account.maxMessageBytes ?? (account.kind === 'patient' ? patientBytes : options.limits.messageBytes),
        random: options.random,
      }),
    );
    if (!added) throw new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_OPTION', 'two accounts have the same address');
  }
  return accounts;
}

function clientSubject({ address, label }: SandboxAccountOptions): {
  readonly commonName: string;
  readonly email: string;
  readonly organization: string;
} {
  return { commonName: address.slice(0, 64), email: address, organization: (label ?? address).slice(0, 64) };
}
