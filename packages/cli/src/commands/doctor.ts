import { isMssError } from '@mss/core';

import type { CommandContext, CommandResult, Language } from '../command.js';
import { exitStatusOf } from '../error-codes/index.js';
import { openWorkplace, type Workplace } from '../session/workplace.js';
import { startExamination, type Check, type Examination } from './doctor/check.js';
import { checkConfiguration, checkCopies, checkIdentity, checkLedger } from './doctor/local-checks.js';
import { checkChannels, checkServers, checkSignIn } from './doctor/network-checks.js';

/** `mss doctor`: everything a mailbox depends on, looked at without sending a mail. */
export async function doctorCommand(
  context: CommandContext,
  options: { readonly config: string; readonly timeoutMs: number },
): Promise<CommandResult> {
  const found = startExamination(context);
  try {
    await using place = await openWorkplace(context, options);
    await examine(place, found, Math.max(1, options.timeoutMs));
  } catch (error) {
    if (!isMssError(error) || !error.code.startsWith('ERR_MSS_CLI_')) throw error;
    await found.failed('configuration', error);
    const { code, message, requirement = null } = error;
    return {
      result: { ok: false, checks: shownChecks(context, found.checks) },
      status: exitStatusOf(code),
      error: { code, message, requirement },
    };
  }
  return verdictOf(context, found.checks);
}

async function examine(place: Workplace, found: Examination, timeoutMs: number): Promise<void> {
  const now = new Date();
  await checkConfiguration(place, found);
  await checkIdentity(place, found, now);
  await checkLedger(place, found, now);
  const servers = await checkServers(place, found);
  await checkChannels(place, found, { servers, timeoutMs, now });
  await checkSignIn(place, found, { servers, timeoutMs });
  await checkCopies(place, found, now);
}

const outcomes: Readonly<Record<Language, Readonly<Record<Check['outcome'], string>>>> = {
  fr: { ok: 'bon', warning: 'ATTENTION', failed: 'ÉCHEC', skipped: 'sans objet' },
  en: { ok: 'ok', warning: 'WARNING', failed: 'FAILED', skipped: 'skipped' },
};

/** For people one line a check. */
function shownChecks({ json, language }: CommandContext, checks: readonly Check[]): readonly (Check | string)[] {
  if (json) return checks;
  return checks.map(({ name, outcome, message, requirement, code }) => {
    const behind = [code, requirement].filter((part) => part !== null).join(', ');
    return `${outcomes[language][outcome]} – ${name} – ${message}${behind === '' ? '' : ` (${behind})`}`;
  });
}

/** A failure for lack of an answer says nothing about the other side: status 3, unless something else failed for certain. */
function verdictOf(context: CommandContext, checks: readonly Check[]): CommandResult {
  const failures = checks.filter((one) => one.outcome === 'failed');
  const result = { ok: failures.length === 0, checks: shownChecks(context, checks) };
  const [first] = failures.toSorted((a, b) => exitStatusOf(a.code ?? '') - exitStatusOf(b.code ?? ''));
  if (first === undefined) return { result };
  const noAnswer = failures.every(({ code }) => exitStatusOf(code ?? '') === 3);
  const code = noAnswer ? 'ERR_MSS_CLI_DOCTOR_NO_ANSWER' : 'ERR_MSS_CLI_DOCTOR';
  const names = failures.map(({ name }) => name).join(', ');
  return { result, status: noAnswer ? 3 : 1, error: { code, message: `failed checks: ${names}`, requirement: first.requirement } };
}
