/** What the sandbox's Annuaire publishes. */
export interface SandboxAnnuaireOptions {
  /** Made-up mailboxes beside those of the accounts; default 1,000, at most 100,000. Half as many professionals have none. */
  readonly mailboxes?: number;
}

/**
 * | fault | what happens |
 * |---|---|
 * | `down` | connections are reset |
 * | `silent` | requests are never answered |
 * | `slow` | the body comes at 10 kB a second |
 * | `broken-off` | the connection is cut in the middle of the body |
 * | `unavailable` | 503 with `Retry-After` |
 * | `html` | 200 with a page instead of the file, as a maintenance page or a captive portal does |
 * | `truncated` | half of the file, announced as if it were all |
 */
export type SandboxAnnuaireFault = 'none' | 'down' | 'silent' | 'slow' | 'broken-off' | 'unavailable' | 'html' | 'truncated';

/** One request that was answered. */
export interface SandboxAnnuaireRequest {
  readonly method: string;
  readonly path: string;
  /** The header `Range`. */
  readonly range: string | null;
  readonly status: number;
}

/** Where the files are. */
export interface SandboxAnnuaireDescription {
  readonly port: number;
  /** ZIP of `Extraction_Correspondance_MSSante`. */
  readonly mailboxesUrl: string;
  /** ZIP of the three files of `PS_LibreAcces`. */
  readonly professionalsUrl: string;
  /** XML, the domains of the trust space. */
  readonly whiteListUrl: string;
}

/** The published files of the Annuaire Santé as the sandbox plays them: HTTPS under its IGC, without authentication. */
export interface SandboxAnnuaire extends SandboxAnnuaireDescription {
  /** The domains of the white list, international ones in Unicode. */
  readonly domains: readonly string[];
  /** The last thousand, oldest first. */
  readonly requests: readonly SandboxAnnuaireRequest[];
  /**
   * Publishes the files of the next day: a third of the changes are mailboxes that go, a third new ones, a third other
   * facts. Accounts that were closed meanwhile go too, those opened again come back.
   *
   * @param options.percent - of the made-up mailboxes that change; default 0.3, as in the real extraction. At least three do, unless 0.
   */
  nextDay(options?: { readonly percent?: number }): void;
  /** @param options.times - for so many requests; default until the next call. */
  setFault(fault: SandboxAnnuaireFault, options?: { readonly times?: number }): void;
}
