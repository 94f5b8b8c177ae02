/** A root of IGC Santé, as it can be recognised. */
export interface IgcSanteRoot {
  readonly name: string;
  /** SHA-256 of the certificate's DER. */
  readonly sha256: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/**
 * The published fingerprints of IGC Santé roots that this project could check, to be used as `pins` of a trust store. No certificate is
 * shipped: take the file from `http://igc-sante.esante.gouv.fr/AC/`, and compare the fingerprint with ANS before you rely on it.
 *
 * The roots STANDARD and FORT were not available to the project; their fingerprints are configuration.
 */
export const igcSanteRoots: readonly IgcSanteRoot[] = Object.freeze([
  Object.freeze({
    name: 'AC RACINE IGC-SANTE ELEMENTAIRE',
    sha256: '2d9e22ca19f777c6b745257c723ecb8df3c35fa6f1f6ec36b83600c97346967f',
    notBefore: '2013-06-25',
    notAfter: '2033-06-25',
  }),
]);
