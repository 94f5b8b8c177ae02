import { appendFile } from 'node:fs/promises';

/** Keeps what a run found for the report: one JSON line in the file that `MSS_CHAOS_RESULTS` names, if it names one. */
export async function keepResult(kind: string, result: object): Promise<void> {
  const file = process.env['MSS_CHAOS_RESULTS'];
  if (file !== undefined && file !== '') await appendFile(file, `${JSON.stringify({ kind, at: new Date().toISOString(), ...result })}\n`);
}
