import { isIntegrationErrorCode, type FailureReason, type Receipt, type ReceiptRecipient } from '@mss/receipts';

import type { SubmissionRecipient } from '../outbox/seam.js';
import { addressKey, judgeTrust, relationOf, type TrustSigns } from './trust.js';
import type { ReceiptFact, ReceiptTrust, TrustReason } from './types.js';

/** A fact with what it was judged by, before it is kept. */
export interface JudgedFact {
  /** Place of the recipient in the submission; `null` when none of ours is meant. */
  readonly recipient: number | null;
  readonly fact: ReceiptFact | null;
  readonly trust: ReceiptTrust;
  readonly reason: TrustReason;
  readonly status: string | null;
  readonly code: string | null;
  readonly cause: FailureReason | null;
  readonly addressInvalid: boolean;
}

/** Who wrote the mail, and how. */
export interface ReceiptSender {
  readonly from: string | null;
  /** `''`: the null return path; `null`: unknown. */
  readonly returnPath: string | null;
}

export interface JudgementContext {
  readonly sender: ReceiptSender;
  readonly mailbox: string;
  readonly recipients: readonly SubmissionRecipient[];
  readonly envelope: TrustSigns['envelope'];
  readonly reporterDomains: readonly string[];
}

interface Statement {
  readonly fact: ReceiptFact | null;
  readonly status?: string | null;
  readonly code?: string | null;
  readonly cause?: FailureReason | null;
  readonly addressInvalid?: boolean;
}

const actions: Readonly<Record<NonNullable<ReceiptRecipient['action']>, ReceiptFact>> = {
  failed: 'failed',
  delayed: 'delayed',
  delivered: 'delivered',
  relayed: 'relayed',
  expanded: 'relayed',
};

const dispositions: Readonly<Record<string, ReceiptFact>> = {
  displayed: 'displayed',
  dispatched: 'dispatched',
  processed: 'processed',
  deleted: 'deleted',
  denied: 'denied',
};

/** Of one recipient a mail may say so many different things: a forged report of thousands of groups is no work. */
const maxOfOne = 20;

/**
 * What a receipt says, fact by fact, each with its recipient and how far it is believed. What it says twice of one recipient is one fact;
 * at most {@link maxOfOne} of each.
 */
export function factsOfReceipt(receipt: Receipt, context: JudgementContext): readonly JudgedFact[] {
  const found = new Map<number | null, Map<string, JudgedFact>>();
  for (const fact of everyFact(receipt, whoIsWho(context))) {
    const ofOne = found.get(fact.recipient) ?? new Map<string, JudgedFact>();
    found.set(fact.recipient, ofOne);
    if (ofOne.size < maxOfOne) ofOne.set(JSON.stringify(fact), fact);
  }
  return [...found.values()].flatMap((ofOne) => [...ofOne.values()]);
}

/** Recipients by their addresses, made once for all groups of a report. */
interface Known extends JudgementContext {
  readonly find: (address: string) => SubmissionRecipient | undefined;
  /** Of a delivery report the sender is judged once, whomever its groups name. */
  readonly reporter: () => TrustSigns['sender'];
}

function whoIsWho(context: JudgementContext): Known {
  const byAddress = new Map<string, SubmissionRecipient>();
  for (const one of context.recipients) {
    const key = addressKey(one.address);
    if (!byAddress.has(key)) byAddress.set(key, one);
  }
  let reporter: TrustSigns['sender'] | null = null;
  return {
    ...context,
    find: (address) => byAddress.get(addressKey(address)),
    reporter: () => (reporter ??= relation('dsn', null, context)),
  };
}

function relation(kind: TrustSigns['kind'], recipient: string | null, context: JudgementContext): TrustSigns['sender'] {
  const recipients = context.recipients.map((one) => one.address);
  return relationOf(context.sender, { kind, mailbox: context.mailbox, recipient, recipients, reporterDomains: context.reporterDomains });
}

function everyFact(receipt: Receipt, context: Known): readonly JudgedFact[] {
  if (receipt.kind === 'none') return [];
  if (receipt.kind === 'dsn') {
    // A report that names nobody is still a report.
    const groups: readonly (ReceiptRecipient | null)[] = receipt.recipients.length === 0 ? [null] : receipt.recipients;
    return groups.map((group) => {
      const named = [group?.originalRecipient, group?.finalRecipient].filter((one) => one !== null && one !== undefined);
      return judged('dsn', named, statementOfGroup(group), context);
    });
  }
  const [group] = receipt.recipients;
  const named = [group?.originalRecipient, group?.finalRecipient].filter((one) => one !== null && one !== undefined);
  return statementsOfDisposition(receipt).map((statement) => judged(receipt.kind as 'mdn', named, statement, context));
}

/** What an ordinary mail says whose In-Reply-To is that of the submission; nothing when it is nobody's who received it. */
export function factsOfReply(reply: { readonly automatic: boolean }, context: JudgementContext): readonly JudgedFact[] {
  const fact = judged('reply', [], { fact: reply.automatic ? 'auto-replied' : 'replied' }, whoIsWho(context));
  return fact.recipient === null || fact.trust === 'doubtful' || fact.trust === 'rejected' ? [] : [fact];
}

function statementOfGroup(group: ReceiptRecipient | null): Statement {
  if (group === null) return { fact: null };
  return {
    fact: group.action === null ? null : actions[group.action],
    status: group.status,
    cause: group.action === 'failed' || group.action === 'delayed' ? group.reason : null,
    addressInvalid: group.action === 'failed' && group.addressInvalid,
  };
}

function statementsOfDisposition(receipt: Receipt): readonly Statement[] {
  const codes = receipt.errors.map((error) => error.code);
  const integration = codes.find((code) => code !== null && isIntegrationErrorCode(code)) ?? null;
  if (integration !== null) return [{ fact: 'integration-error', code: integration }];
  const code = codes.find((one) => one !== null) ?? null;
  if (receipt.kind === 'integration-failure') return [{ fact: 'integration-error', code }];
  const { disposition } = receipt;
  const broken =
    receipt.errors.length > 0 ||
    disposition?.type === 'failed' ||
    disposition?.modifiers.some((one) => one === 'error' || one === 'failure');
  const told = dispositions[disposition?.type ?? ''] ?? null;
  if (broken !== true) return [{ fact: told }];
  // "displayed/error": it was shown, and something went wrong; "processed/error" filed nothing.
  const shown: readonly Statement[] = told === null || told === 'processed' ? [] : [{ fact: told }];
  return [...shown, { fact: 'processing-error', code }];
}

function judged(kind: TrustSigns['kind'], named: readonly string[], statement: Statement, context: Known): JudgedFact {
  const { recipients, sender } = context;
  const single = recipients.length === 1;
  const ours = named.map(context.find).find((one) => one !== undefined);
  // A read receipt or an answer that names nobody speaks of the mailbox it comes from.
  const writer = kind === 'dsn' || sender.from === null ? undefined : context.find(sender.from);
  const meant = ours ?? (named.length === 0 || single ? (writer ?? (single ? recipients[0] : undefined)) : undefined);
  const recipient: TrustSigns['recipient'] =
    ours !== undefined || (named.length === 0 && writer !== undefined)
      ? 'ours'
      : named.length === 0
        ? single
          ? 'single-unnamed'
          : 'unnamed'
        : single
          ? 'single-other'
          : 'not-ours';
  const writtenBy = kind === 'dsn' ? context.reporter() : relation(kind, meant?.address ?? null, context);
  const belief = judgeTrust({ kind, envelope: context.envelope, recipient, sender: writtenBy });
  const { fact, status = null, code = null, cause = null, addressInvalid = false } = statement;
  const silent = fact === null && belief.trust !== 'rejected';
  return {
    recipient: belief.trust === 'rejected' ? null : (meant?.index ?? null),
    fact,
    ...(silent ? { trust: 'rejected' as const, reason: 'says-nothing' as const } : belief),
    status,
    code: code !== null && /^\d{1,3}$/.test(code) ? code : null,
    cause,
    addressInvalid,
  };
}
