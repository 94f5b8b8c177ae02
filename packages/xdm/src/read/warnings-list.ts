import type { MssWarning } from '@mss/core';

import type { XdmWarningCode } from '../warnings.js';

/** Collects what was tolerated, each code once for one place. */
export class Tolerated {
  readonly #seen = new Set<string>();
  readonly list: MssWarning<XdmWarningCode>[] = [];

  add(code: XdmWarningCode, message: string, where?: string): void {
    const key = `${code} ${where ?? ''}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.list.push(where === undefined ? { code, message } : { code, message, where });
  }
}
