import type { RecipientFacts } from './assess.js';

/**
 * Notifications of Sendmail and its descendants: a list of addresses with reasons, and the transcript of the session.
 *
 * ```
 *    ----- The following addresses had permanent fatal errors -----
 * <user@example.org>
 *     (reason: 550 5.1.1 <user@example.org>... User unknown)
 *    ----- Transcript of session follows -----
 * ... while talking to mx.example.org.:
 * >>> RCPT To:<user@example.org>
 * <<< 550 5.1.1 <user@example.org>... User unknown
 * 550 5.1.1 <user@example.org>... User unknown
 * ```
 *
 * Version 5 has the transcript only.
 */
export function readTranscript(report: string): readonly RecipientFacts[] | null {
  if (!/---\s{0,9}(?:Transcript of (?:the )?session follows|The following addresses had|Recipients of this delivery)/i.test(report))
    return null;
  const listed = new Map<string, string[]>();
  const spoken = new Map<string, string[]>();
  let section: 'list' | 'transcript' | null = null;
  let delayed = false;
  let current: string[] | null = null;
  let pending: string[] = [];
  const loose: string[] = [];
  for (const line of report.split(/\r?\n|\r/)) {
    if (/^\s*-{3,}/.test(line)) {
      section = /addresses|Recipients of/i.test(line) ? 'list' : 'transcript';
      delayed ||= /transient|non-fatal|delay/i.test(line);
      current = null;
    } else if (section === 'list') {
      const address = /^\s*(?:>>> )?<?"?([^\s<>"()]+@[^\s<>"()]+)>?"?(?:\s.*)?$/.exec(line)?.[1];
      if (address !== undefined && !/^\s*\((?:reason|expanded)/i.test(line)) {
        current = listed.get(address) ?? [];
        listed.set(address, current);
      } else if (current !== null && !/^\s*\(expanded from/i.test(line)) current.push(line.replace(/^\s*\(?(?:reason:)?\s*/i, ''));
    } else if (section === 'transcript') {
      const named = /^\s*(?:(\d{3})[ -])?(?:\d\.\d{1,3}\.\d{1,3} )?<?([^\s<>"()]+@[^\s<>"()]+?)>?\s?\.\.\.\s*(.*)$/.exec(line);
      if (named !== null && !line.startsWith('<<<')) {
        const words = [...pending, line.trim()];
        spoken.set(named[2] ?? '', [...(spoken.get(named[2] ?? '') ?? []), ...words]);
        pending = [];
      } else if (/while talking to/i.test(line)) {
        pending = [];
      } else if (/^\s*<<<|^\s*\d{3}[ -]/.test(line)) {
        pending.push(line.replace(/^\s*<<<\s*/, '').trim());
        loose.push(line.replace(/^\s*<<<\s*/, '').trim());
      } else if (line.trim() !== '' && !/^\s*(?:>>>|\.\.\.)/.test(line)) loose.push(line.trim());
    }
  }
  const fact = (address: string, words: readonly string[]): RecipientFacts => ({
    finalRecipient: address,
    originalRecipient: null,
    action: delayed ? 'delayed' : null,
    status: null,
    diagnostic: words.join('\n').trim() || loose.join('\n') || null,
    remoteMta: null,
    context: report,
  });
  if (listed.size > 0)
    return [...listed].map(([address, reasons]) => fact(address, reasons.join('').trim() === '' ? (spoken.get(address) ?? []) : reasons));
  if (spoken.size > 0) return [...spoken].map(([address, words]) => fact(address, words));
  return loose.length > 0 ? [fact('', loose)].map((one) => ({ ...one, finalRecipient: null })) : null;
}
