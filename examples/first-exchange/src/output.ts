import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file that the demonstration leaves behind. */
export interface Artefact {
  readonly file: string;
  readonly caption: string;
  readonly bytes: number;
}

/** The folder of the demonstration: everything it made, under names that say nothing of a patient. */
export interface Output {
  readonly folder: string;
  readonly artefacts: readonly Artefact[];
  keep(file: string, caption: string, content: Uint8Array | string): void;
}

/** Empties and opens the folder. */
export function openOutput(folder: string): Output {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const artefacts: Artefact[] = [];
  return {
    folder,
    artefacts,
    keep(file, caption, content) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      mkdirSync(join(folder, file, '..'), { recursive: true });
      writeFileSync(join(folder, file), bytes, { mode: 0o600 });
      artefacts.push({ file, caption, bytes: bytes.length });
    },
  };
}
