/** Which Pro Santé Connect: an issuer and where its metadata are. */
export interface PscProvider {
  /** As it stands in the metadata and in every ID token. */
  readonly issuer: string;
  /** Default: the issuer with `/.well-known/openid-configuration`. */
  readonly discoveryUrl?: string;
  /** Hosts beside the issuer's that tokens and credentials may be sent to, for example of the endpoints with client certificate. */
  readonly hosts?: readonly string[];
}

/**
 * The sandbox of Pro Santé Connect ("bac à sable"), with its test identities.
 *
 * Confidence high: the same addresses stand in four public code bases, one of them of the Agence du Numérique en Santé. Never
 * tried by this project. Its browser pages are on another host, `wallet.bas.psc.esante.gouv.fr`, which the metadata name.
 */
export const proSanteConnectBas: PscProvider = Object.freeze({
  issuer: 'https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet',
  discoveryUrl: 'https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet/.well-known/wallet-openid-configuration',
});

/** Pro Santé Connect in production. Confidence high, as for {@link proSanteConnectBas}; the path of the metadata by analogy with it. */
export const proSanteConnectProduction: PscProvider = Object.freeze({
  issuer: 'https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet',
  discoveryUrl: 'https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet/.well-known/wallet-openid-configuration',
});
