import { isMssError, MssError } from '@mss/core';
import type { SmtpErrorCode } from '../errors.js';
import { EarlyReply, sendBody, type BodySent } from './data.js';
import type { SmtpCapabilities } from './ehlo.js';
import type { SmtpMessage } from './envelope.js';
import type { SubmissionResult } from './outcome.js';
import { planSubmission, type SubmissionPlan } from './plan.js';
import { isPositive, protocolError, type SmtpReply } from './reply.js';
import type { SmtpStage } from './stage.js';
import type { SmtpTimeouts } from './timeouts.js';
import { Verdicts } from './verdicts.js';
import type { Patience, SmtpWire } from './wire.js';

/**
 * Called, and awaited, just before a step is taken: what a host writes down here is never behind what the server has.
 * Without a durable note of `data-ended`, a message that was under way when the process died was certainly not sent.
 * If it rejects, the step is not taken.
 */
export type OnStage = (stage: 'mail' | 'data-started' | 'data-ended') => void | Promise<void>;

export interface TransactionOptions {
  readonly capabilities: SmtpCapabilities;
  readonly timeouts: SmtpTimeouts;
  /** A transaction before this one was left unfinished. */
  readonly resetFirst: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onStage?: OnStage | undefined;
}

/**
 * One mail transaction: MAIL, RCPT for each recipient, DATA, the message, the final dot.
 *
 * With PIPELINING the commands go as one group; the message itself never leaves before the server's 354. Whatever
 * breaks before the final dot means *refused, not sent*; whatever breaks between the final dot and its reply means
 * *uncertain*. Never throws for what server or network do.
 *
 * @throws MssError `ERR_MSS_SMTP_ADDRESS`, `ERR_MSS_SMTP_ENVELOPE`, `ERR_MSS_SMTP_BARE_NEWLINE`: nothing was sent
 * @see RFC 5321 §3.3, §4.1.1; RFC 2920 §3.1
 */
export async function runTransaction(wire: SmtpWire, message: SmtpMessage, options: TransactionOptions): Promise<SubmissionResult> {
  const plan = planSubmission(message, options.capabilities);
  const transaction = new Transaction(wire, message, plan, options);
  return transaction.run();
}

/** 421: the server closes the connection; what else was sent in the group is not answered (RFC 5321 §3.8). */
class GaveUp {
  readonly reply: SmtpReply;
  constructor(reply: SmtpReply) {
    this.reply = reply;
  }
}

class Transaction {
  readonly #wire: SmtpWire;
  readonly #message: SmtpMessage;
  readonly #plan: SubmissionPlan;
  readonly #options: TransactionOptions;
  readonly #verdicts: Verdicts;
  readonly #command: Patience;
  #sizeBytes = 0;

  constructor(wire: SmtpWire, message: SmtpMessage, plan: SubmissionPlan, options: TransactionOptions) {
    this.#wire = wire;
    this.#message = message;
    this.#plan = plan;
    this.#options = options;
    this.#verdicts = new Verdicts(message, plan, options.capabilities.serverName);
    this.#command = { timeoutMs: options.timeouts.commandMs, signal: options.signal };
  }

  async run(): Promise<SubmissionResult> {
    if (this.#plan.obstacle !== null) {
      this.#verdicts.byReason('refused', 'mail', this.#plan.obstacle);
      return this.#verdicts.result(0);
    }
    // The stage of the transaction before this one must not decide about this message.
    this.#wire.stage = 'mail';
    try {
      await this.#enter('mail');
      const go = await this.#sendEnvelope();
      if (go) await this.#sendMessage();
    } catch (error) {
      this.#broken(error);
    }
    return this.#verdicts.result(this.#sizeBytes);
  }

  /** Up to and including the reply to DATA; `true` when the message may follow. */
  async #sendEnvelope(): Promise<boolean> {
    const pipelined = this.#options.capabilities.pipelining;
    const dataInGroup = pipelined && this.#message.whenSomeRefused !== 'nobody';
    const commands = [...(this.#options.resetFirst ? ['RSET'] : []), this.#plan.mail, ...this.#plan.rcpt, ...(dataInGroup ? ['DATA'] : [])];
    const next = pipelined ? this.#group(commands) : (line: string): Promise<SmtpReply> => this.#wire.command(line, this.#command);

    if (this.#options.resetFirst) {
      const reset = await next('RSET');
      if (!isPositive(reset)) throw new GaveUp(reset);
    }
    const mail = await next(this.#plan.mail);
    this.#expectCommandReply(mail);
    if (!isPositive(mail)) this.#verdicts.byReply('refused', 'mail', mail);
    if (!isPositive(mail) && !pipelined) return false;

    this.#wire.stage = 'rcpt';
    for (const [index, line] of this.#plan.rcpt.entries()) {
      const reply = await next(line);
      this.#expectCommandReply(reply);
      if (!isPositive(reply)) this.#verdicts.refuseOne(index, reply);
    }
    const open = this.#verdicts.open;
    if (!dataInGroup) {
      if (open === 0) return false;
      if (this.#message.whenSomeRefused === 'nobody' && open < this.#plan.rcpt.length) {
        this.#verdicts.byReason('refused', 'rcpt', 'ERR_MSS_SMTP_NOT_ALL');
        return false;
      }
    }
    this.#wire.stage = 'data-started';
    const data = dataInGroup ? await next('DATA') : await this.#wire.command('DATA', this.#command);
    return this.#judgeData(data);
  }

  /** RFC 2920: all commands in one write, their replies one by one. */
  #group(commands: readonly string[]): (line: string) => Promise<SmtpReply> {
    const replies = commands.map(() => this.#wire.reply());
    this.#wire.send(`${commands.join('\r\n')}\r\n`);
    return async () => {
      const reply = replies.shift();
      if (reply === undefined) throw new TypeError('more replies asked for than commands sent');
      return this.#wire.within(reply, this.#command);
    };
  }

  async #judgeData(data: SmtpReply): Promise<boolean> {
    if (data.code === 421) throw new GaveUp(data);
    if (isPositive(data)) throw protocolError('DATA answered with a 2xx reply', 'data-started');
    if (data.code >= 400) {
      this.#verdicts.byReply('refused', 'data-started', data);
      return false;
    }
    if (data.code !== 354) throw protocolError('DATA answered with another code than 354', 'data-started');
    if (this.#verdicts.open > 0) return true;
    // RFC 2920 §3.1: DATA was in the group, nobody is left, the server wants a message all the same: an empty one.
    await this.#wire.command('.', this.#command);
    return false;
  }

  async #sendMessage(): Promise<void> {
    await this.#enter('data-started');
    const final = this.#wire.reply();
    let early: SmtpReply | null = null;
    final.then(
      (reply) => (early = reply),
      () => {},
    );
    const block = { timeoutMs: this.#options.timeouts.dataBlockMs, signal: this.#options.signal };
    const content = this.#plan.content ?? (this.#message.message as AsyncIterable<Uint8Array>);
    const sent: BodySent = await sendBody(this.#wire, content, { final, block, capabilities: this.#options.capabilities });
    this.#sizeBytes = sent.sizeBytes;
    await this.#enter('data-ended', () => early);
    this.#wire.send(sent.terminator);
    const reply = await this.#wire.within(final, { timeoutMs: this.#options.timeouts.dataEndMs, signal: this.#options.signal });
    this.#expectCommandReply(reply);
    if (isPositive(reply)) this.#verdicts.byReply('accepted', 'accepted', reply);
    else this.#verdicts.byReply('refused', 'data-ended', reply);
  }

  /** Tells the host; then the step may be taken, unless the wire broke or the caller aborted meanwhile. */
  async #enter(stage: 'mail' | 'data-started' | 'data-ended', early: () => SmtpReply | null = () => null): Promise<void> {
    const { onStage, signal } = this.#options;
    if (onStage !== undefined) {
      try {
        await onStage(stage);
      } catch (cause) {
        throw new MssError<SmtpErrorCode>('ERR_MSS_SMTP_HOST', "the host's onStage failed", { permanent: false, cause });
      }
    }
    if (signal?.aborted === true)
      throw new MssError<SmtpErrorCode>('ERR_MSS_SMTP_ABORTED', 'the caller aborted', { permanent: false, cause: signal.reason });
    if (this.#wire.failure !== null) throw this.#wire.failure;
    const reply = early();
    if (reply !== null) throw new EarlyReply(reply);
    this.#wire.stage = stage;
  }

  #expectCommandReply(reply: SmtpReply): void {
    if (reply.code === 421) throw new GaveUp(reply);
    if (reply.code >= 300 && reply.code < 400) throw protocolError('a 3xx reply where none is possible', this.#wire.stage);
  }

  /** The outcome of whatever went wrong: the stage of the wire says whether the final dot has left. */
  #broken(error: unknown): void {
    const stage: SmtpStage = this.#wire.stage;
    if (error instanceof GaveUp || error instanceof EarlyReply) {
      const { reply } = error;
      const cause = this.#wire.fail(protocolError('a reply that ends the session', stage));
      // 421 also answers the final dot: the server says that it did not take the message.
      if (reply.code >= 400) this.#verdicts.byReply('refused', stage, reply);
      else this.#verdicts.byReason('refused', stage, cause);
      return;
    }
    if (!isMssError<SmtpErrorCode>(error)) throw error;
    const cause = this.#wire.fail(error);
    this.#verdicts.byReason(stage === 'data-ended' ? 'uncertain' : 'refused', stage, cause);
  }
}
