import type { Told } from './check.js';

/** What to do about a failure, by the beginning of its code; the first that fits. */
const table: readonly (readonly [start: RegExp, advice: Told])[] = [
  [
    /^ERR_MSS_TLS_(?:UNREACHABLE|TIMEOUT|CLOSED)$|^ERR_MSS_IMAP_(?:CONNECT|LINK_LOST|DEADLINE)$|^ERR_MSS_SMTP_(?:LINK_LOST|DEADLINE|NOT_SERVING)$/,
    { fr: 'vérifiez l’hôte, le port, le réseau, le pare-feu et le proxy', en: 'check host, port, network, firewall and proxy' },
  ],
  [
    /^ERR_MSS_TLS_PROXY$/,
    { fr: 'vérifiez « proxy » et ce que votre établissement laisse passer', en: 'check "proxy" and what your network lets through' },
  ],
  [
    /^ERR_MSS_TLS_(?:UNTRUSTED|CHAIN|NOT_IGC_SANTE)$|^ERR_MSS_PKI_(?:NO_ANCHOR|PIN|NO_CERTIFICATE|CERTIFICATE)$/,
    {
      fr: 'vérifiez les autorités de « trust.anchors » ; si elles sont justes, n’utilisez pas ce serveur',
      en: 'check the authorities of "trust.anchors"; if they are right, do not use this server',
    },
  ],
  [
    /^ERR_MSS_TLS_REVOCATION_UNKNOWN$|^ERR_MSS_PKI_(?:CRL|OCSP)_/,
    {
      fr: 'ouvrez l’accès HTTP aux adresses des CRL, et renseignez « revocation.cache »',
      en: 'open HTTP to the addresses of the CRLs, and set "revocation.cache"',
    },
  ],
  [/^ERR_MSS_TLS_REVOKED$/, { fr: 'n’envoyez rien, prévenez l’opérateur', en: 'send nothing, tell the operator' }],
  [
    /^ERR_MSS_TLS_(?:EXPIRED|NOT_YET_VALID)$/,
    {
      fr: 'vérifiez l’horloge de ce poste ; si elle est juste, prévenez l’opérateur',
      en: 'check the clock of this machine; if it is right, tell the operator',
    },
  ],
  [
    /^ERR_MSS_TLS_(?:VERSION|SUITE|WEAK|USAGE|HANDSHAKE|CLEAR_TEXT|NOT_TLS|STARTTLS_)/,
    { fr: 'vérifiez le port et « security », puis prévenez l’opérateur', en: 'check port and "security", then tell the operator' },
  ],
  [/^ERR_MSS_TLS_HOST$/, { fr: 'vérifiez « host » et « servername »', en: 'check "host" and "servername"' }],
  [
    /^ERR_MSS_(?:SMTP|IMAP)_AUTH_|^ERR_MSS_MAILBOX_/,
    {
      fr: 'vérifiez « authentication », et auprès de l’opérateur les droits de la BAL',
      en: 'check "authentication", and with the operator what the mailbox may do',
    },
  ],
  [/^ERR_MSS_PSC_/, { fr: 'reconnectez-vous à Pro Santé Connect', en: 'sign in to Pro Santé Connect again' }],
  [/^ERR_MSS_PKI_CARD_(?:ABSENT|REMOVED)$/, { fr: 'insérez la carte dans le lecteur', en: 'put the card into the reader' }],
  [/^ERR_MSS_PKI_CARD_PIN_BLOCKED$/, { fr: 'faites débloquer la carte par son émetteur', en: 'have the card unblocked by its issuer' }],
  [
    /^ERR_MSS_PKI_CARD_/,
    {
      fr: 'vérifiez le lecteur, « clientIdentity.module » et docs/CPS-CARD.md',
      en: 'check the reader, "clientIdentity.module" and docs/CPS-CARD.md',
    },
  ],
  [/^ERR_MSS_PKI_IDENTITY_EXPIRED$/, { fr: 'demandez un nouveau certificat', en: 'ask for a new certificate' }],
  [
    /^ERR_MSS_PKI_IDENTITY/,
    { fr: 'vérifiez les fichiers et la phrase secrète de « clientIdentity »', en: 'check files and passphrase of "clientIdentity"' },
  ],
  [
    /^ERR_MSS_AUTOCONFIG_/,
    {
      fr: 'demandez ses serveurs à l’opérateur et écrivez-les dans « servers »',
      en: 'ask the operator for its servers and write them into "servers"',
    },
  ],
  [
    /^ERR_MSS_STORE_(?:OPEN|READ_ONLY|FULL|IO)$|^ERR_MSS_LEDGER_VAULT_/,
    { fr: 'vérifiez le dossier, ses droits et la place libre', en: 'check the folder, its permissions and the free space' },
  ],
  [/^ERR_MSS_STORE_(?:CORRUPT|NOT_A_DATABASE)$/, { fr: 'restaurez une sauvegarde du registre', en: 'restore a backup of the ledger' }],
  [
    /^ERR_MSS_STORE_(?:UNAVAILABLE|BUSY|DEADLINE)$/,
    { fr: 'vérifiez que le serveur de bases de données répond', en: 'check that the database server answers' },
  ],
  [
    /^ERR_MSS_STORE_NEWER_SCHEMA$/,
    { fr: 'installez la version de mss qui a écrit cette base', en: 'install the version of mss that wrote this database' },
  ],
  [
    /^ERR_MSS_CLI_(?:SECRET|FILE)$/,
    { fr: 'vérifiez le chemin, les droits ou la variable d’environnement', en: 'check path, permissions or environment variable' },
  ],
  [/^ERR_MSS_ANNUAIRE_/, { fr: 'relancez « mss annuaire sync »', en: 'run: mss annuaire sync' }],
];

/** What to do; `null` when the sentence says it. */
export function adviceFor(code: string): Told | null {
  return table.find(([start]) => start.test(code))?.[1] ?? null;
}
