import { isMssError } from '@mss/core';

import type { CommandContext } from '../../command.js';
import { adviceFor } from './advice.js';

/** What one check found. */
export interface Check {
  /** Stable: `tls.imap`, `ledger.audit` … */
  readonly name: string;
  readonly outcome: 'ok' | 'warning' | 'failed' | 'skipped';
  /** One sentence, and what to do where something is to be done, in the user's language. */
  readonly message: string;
  readonly requirement: string | null;
  /** The error code behind a failure. */
  readonly code: string | null;
}

/** A text in both languages. */
export interface Told {
  readonly fr: string;
  readonly en: string;
}

/** Collects checks; one that throws becomes a failed check, and the others go on. */
export interface Examination {
  readonly checks: readonly Check[];
  ok(name: string, told: Told): void;
  warning(name: string, told: Told, about?: { readonly requirement?: string; readonly code?: string }): void;
  skipped(name: string, told: Told): void;
  failed(name: string, error: unknown): Promise<void>;
  /** A failure that is no exception. */
  wrong(name: string, told: Told, about: { readonly code: string; readonly requirement?: string }): void;
  /** Runs a part of the examination. @returns whether it came to its end */
  attempt(name: string, work: () => Promise<void>): Promise<boolean>;
}

export function startExamination({ language }: Pick<CommandContext, 'language'>): Examination {
  const checks: Check[] = [];
  const add = (
    name: string,
    outcome: Check['outcome'],
    told: Told,
    about: { readonly requirement?: string; readonly code?: string } = {},
  ): void => {
    checks.push({ name, outcome, message: told[language], requirement: about.requirement ?? null, code: about.code ?? null });
  };
  const failed = async (name: string, error: unknown): Promise<void> => {
    if (!isMssError(error)) {
      add(
        name,
        'failed',
        { fr: 'échec inattendu (MSS_DEBUG=1 pour le détail)', en: 'unexpected failure (MSS_DEBUG=1 tells more)' },
        { code: 'ERR_MSS_CLI_INTERNAL' },
      );
      return;
    }
    const { frenchSentenceOf } = await import('../../error-codes/index.js');
    const { french } = error.details;
    const advice = adviceFor(error.code);
    const fr = typeof french === 'string' ? french : (frenchSentenceOf(error.code) ?? error.message);
    const told = { fr: joined(fr, advice?.fr), en: joined(error.message, advice?.en) };
    add(name, 'failed', told, { code: error.code, ...(error.requirement === undefined ? {} : { requirement: error.requirement }) });
  };
  return {
    checks,
    ok: (name, told) => add(name, 'ok', told),
    warning: (name, told, about) => add(name, 'warning', told, about),
    skipped: (name, told) => add(name, 'skipped', told),
    wrong: (name, told, about) => add(name, 'failed', told, about),
    failed,
    attempt: async (name, work) => {
      try {
        await work();
        return true;
      } catch (error) {
        await failed(name, error);
        return false;
      }
    },
  };
}

const joined = (sentence: string, advice: string | undefined): string => (advice === undefined ? sentence : `${sentence} – ${advice}`);
