import { MssError } from '@mss/core';
import type { Account, SandboxAccount } from './account.js';
import type { AnnuaireServer } from './annuaire/server.js';
import type { SandboxAnnuaire } from './annuaire/types.js';
import type { SandboxFiles } from './data-directory.js';
import type { Envelope } from './delivery/envelope.js';
import { describeAccount, describeAnnuaire, type SandboxDescription } from './describe.js';
import type { SandboxErrorCode } from './errors.js';
import type { EventLog, SandboxEvents } from './event-log.js';
import type { FaultPlan, SandboxFault } from './faults.js';
import type { Endpoint, SandboxPorts } from './network/endpoint.js';
import type { ServerContext } from './network/server-context.js';
import type { ResolvedOptions, SandboxAccountState } from './options.js';
import { PatientSpaceSimulator } from './patient-space/patient-space.js';
import type { PatientSpace } from './patient-space/types.js';
import type { PscServer } from './pro-sante-connect/server.js';
import type { SandboxProSanteConnect } from './pro-sante-connect/types.js';
import type { Sandbox, SandboxCrl, SandboxMessage } from './sandbox.js';
import type { SandboxIgc } from './sandbox-igc.js';
import { startVariant, type SandboxVariant } from './variant.js';
import type { SandboxVariantName } from './variant-names.js';

/** What a running sandbox is made of. */
export interface RunningParts {
  readonly resolved: ResolvedOptions;
  readonly igc: SandboxIgc;
  readonly context: ServerContext;
  readonly events: EventLog;
  readonly faults: FaultPlan;
  readonly endpoint: Endpoint;
  readonly psc: PscServer;
  readonly annuaire: AnnuaireServer;
  readonly files: SandboxFiles | null;
}

/** The sandbox once every port is open. */
export class RunningSandbox implements Sandbox {
  readonly #parts: RunningParts;
  readonly #variants: SandboxVariant[] = [];
  #stopped = false;
  readonly servername: string;
  readonly crl: SandboxCrl;

  constructor(parts: RunningParts) {
    this.#parts = parts;
    this.servername = parts.context.hostname;
    const { igc } = parts;
    this.crl = {
      get urls(): readonly string[] {
        return igc.crlUrls;
      },
      get requests(): number {
        return igc.crlRequests;
      },
      setDown: (down) => igc.setCrlServerDown(down),
    };
  }

  get host(): string {
    return this.#parts.resolved.host;
  }

  get proSanteConnect(): SandboxProSanteConnect {
    return this.#parts.psc;
  }

  get annuaire(): SandboxAnnuaire {
    return this.#parts.annuaire;
  }

  get ports(): SandboxPorts {
    return this.#parts.endpoint.ports;
  }

  get caPem(): string {
    return this.#parts.igc.caPem;
  }

  get caFile(): string | null {
    return this.#parts.files?.caFile ?? null;
  }

  get accounts(): readonly SandboxAccount[] {
    return this.#parts.context.accounts.all;
  }

  get events(): SandboxEvents {
    return this.#parts.events;
  }

  account(address: string): SandboxAccount {
    return this.#account(address);
  }

  messages(address: string, options: { readonly folder?: string } = {}): readonly SandboxMessage[] {
    const { mailbox } = this.#account(address);
    const folders = options.folder === undefined ? mailbox.folders : [mailbox.folder(options.folder)];
    return folders.flatMap((folder) => folder?.messages.map((message) => shown(folder.name, message)) ?? []);
  }

  async nextMessage(address: string, options: { readonly signal?: AbortSignal } = {}): Promise<SandboxMessage> {
    const { inbox } = this.#account(address).mailbox;
    const { signal } = options;
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        stop();
        reject(signal?.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'));
      };
      const stop = inbox.watch((change) => {
        if (change.kind !== 'added') return;
        stop();
        signal?.removeEventListener('abort', onAbort);
        resolve(shown(inbox.name, change.message));
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  deliver(content: Uint8Array, { from, to }: { readonly from: string; readonly to: readonly string[] }): void {
    const envelope: Envelope = {
      sender: from,
      envelopeId: null,
      returnContent: null,
      recipients: to.map((address) => ({ address, notify: null, originalRecipient: null })),
      trace: { helo: 'autre-operateur.mssante.test', remoteAddress: '127.0.0.1', protocol: 'ESMTPS', tls: null },
    };
    const outcome = this.#parts.context.operator.submit(envelope, content);
    if (!outcome.accepted)
      throw new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_STORAGE_FULL', 'the storage limit of the sandbox is reached', {
        permanent: false,
      });
  }

  setAccountState(address: string, state: SandboxAccountState): void {
    const account = this.#account(address);
    account.state = state;
    if (state !== 'delayed') this.#parts.context.operator.deliverDelayed(account);
  }

  revokeClientCertificate(address: string): void {
    const { clientCertificate } = this.#account(address);
    if (clientCertificate !== null) this.#parts.igc.revokeClient(clientCertificate.fingerprint256);
  }

  patientSpace(address: string): PatientSpace {
    const account = this.#account(address);
    if (account.kind !== 'patient') throw new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_ACCOUNT_KIND', "the mailbox is not a patient's");
    const { clock, random } = this.#parts.resolved;
    return new PatientSpaceSimulator({ account, operator: this.#parts.context.operator, clock, random });
  }

  async startVariant(name: SandboxVariantName): Promise<SandboxVariant> {
    if (this.#stopped) throw new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_STOPPED', 'the sandbox was stopped');
    const { context, igc } = this.#parts;
    const variant = await startVariant(name, { context, identity: await igc.variantServer(name), host: this.host });
    this.#variants.push(variant);
    return variant;
  }

  addFault(fault: SandboxFault): void {
    this.#parts.faults.add(fault);
  }

  clearFaults(): void {
    this.#parts.faults.clear();
  }

  describe(): SandboxDescription {
    const { files, context, psc, annuaire } = this.#parts;
    const { port, issuer, discoveryUrl, clientId, clientSecret, users } = psc;
    return {
      host: this.host,
      servername: this.servername,
      ports: this.ports,
      profile: this.#parts.resolved.profile,
      environment: 'test',
      caFile: this.caFile,
      crlUrls: this.crl.urls,
      proSanteConnect: { port, issuer, discoveryUrl, clientId, clientSecret, users },
      annuaire: describeAnnuaire(annuaire),
      accounts: context.accounts.all.map((account) => describeAccount(account, files?.clients.get(account.address))),
    };
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await Promise.all(this.#variants.map(async (variant) => variant.close()));
    await this.#parts.endpoint.close();
    await this.#parts.psc.close();
    await this.#parts.annuaire.close();
    await this.#parts.igc.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #account(address: string): Account {
    const account = this.#parts.context.accounts.find(address);
    if (account === undefined) throw new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_UNKNOWN_ACCOUNT', 'no account has this address');
    return account;
  }
}

function shown(
  folder: string,
  message: { readonly uid: number; readonly internalDate: Date; readonly flags: ReadonlySet<string>; readonly content: Uint8Array },
): SandboxMessage {
  return { folder, uid: message.uid, receivedAt: message.internalDate, flags: [...message.flags], content: message.content };
}
