/** `ref2-0.1`: référentiel #2 v0.1 of 14/06/2021, the normative text. `ref2-1.0.1`: what is publicly known of v1.0.1 of 18/01/2024. */
export type ProfileId = 'ref2-0.1' | 'ref2-1.0.1';

/** RFC 2119 words as the text uses them: doit, devrait, peut. */
export type RequirementLevel = 'shall' | 'should' | 'may';

/** One requirement of the référentiel. */
export interface Requirement {
  /** For example `ECO.2.1.3`. */
  readonly id: string;
  /** Section of the référentiel. */
  readonly section: string;
  readonly level: RequirementLevel;
  /** What it asks, in one English sentence. */
  readonly title: string;
  /** Package that fulfils it. */
  readonly owner: string;
}

/** What a connection to an operator must be (ECO.1.1.1 to 1.1.3, ECO.1.1.10). */
export interface TlsRules {
  readonly minVersion: 'TLSv1.2';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  /** IANA name and OpenSSL name of each TLS 1.2 suite, in order of preference. */
  readonly suites: readonly { readonly code: number; readonly iana: string; readonly openssl: string }[];
  /** ECO.1.1.10: no certification authority but IGC Santé. */
  readonly igcSanteOnly: boolean;
}

/** Everything in which one version of the référentiel differs from another. */
export interface Profile {
  readonly id: ProfileId;
  /** Title, version and date of the document. */
  readonly document: string;
  readonly tls: TlsRules;
  readonly message: {
    /** Most code points of a type label in subject and PDF name (ECO.2.1.3, 2.1.6). */
    readonly labelCodePoints: number;
    /** X-MSS-CODECDA, X-MSS-INS, X-MSS-NIL (ECO.2.4.1 to 2.4.3). */
    readonly xMssHeaders: boolean;
    /** X-MSS-MES: FIN and the `[FIN]` subject (ECO.2.2.8). */
    readonly endOfConversation: boolean;
    /** UTF-8 for text parts (ECO.2.2.3). */
    readonly utf8: RequirementLevel;
    /** The offer to ask for a read receipt (ECO.2.3.2). */
    readonly mdnRequest: RequirementLevel;
    /** Most bytes of a whole encoded message to a patient (Mon espace santé). */
    readonly patientMessageBytes: number;
  };
  readonly pdf: {
    /** ECO.2.1.5: header pages followed by the embedded PDF, or the embedded PDF itself. */
    readonly level1: 'header-and-embedded' | 'embedded';
  };
  readonly ins: {
    /** Last day (YYYY-MM-DD, Europe/Paris) of the derogation of ECO.2.2.6; `null` when the version has none. */
    readonly derogationUntil: string | null;
  };
  readonly requirements: readonly Requirement[];
}
