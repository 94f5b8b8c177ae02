import { runMss } from './run.js';

// EPIPE (mss … | head) is the reader's choice, not a fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));

async function main(): Promise<void> {
  process.exitCode = await runMss(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    interactive: process.stderr.isTTY,
    debug: process.env['MSS_DEBUG'] === '1',
    ask: async (prompt) => (await import('./ask.js')).askAtTerminal(prompt),
  });
}

void main();
