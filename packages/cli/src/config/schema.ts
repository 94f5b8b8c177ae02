import type { ConfigField, ConfigKeys } from './field.js';

const server: ConfigKeys = {
  host: { kind: 'text', fr: 'nom ou adresse', en: 'name or address', required: true },
  port: { kind: 'number', min: 1, max: 65_535, fr: 'port', en: 'port', required: true },
  security: {
    kind: 'choice',
    values: ['implicit', 'starttls'],
    fr: 'TLS dès la connexion, ou STARTTLS',
    en: 'TLS at once, or STARTTLS',
    required: true,
  },
  servername: {
    kind: 'text',
    fr: "nom attendu dans le certificat (par défaut celui de l'hôte)",
    en: "name expected in the certificate (default: the host's)",
  },
};

const user: ConfigField = { kind: 'text', fr: "nom d'utilisateur (par défaut l'adresse)", en: 'user name (default: the address)' };
const tokenMechanism: ConfigField = {
  kind: 'choice',
  values: ['XOAUTH2', 'OAUTHBEARER'],
  fr: 'mécanisme SASL (par défaut celui que le serveur offre)',
  en: 'SASL mechanism (default: what the server offers)',
};
const initialResponse: ConfigField = {
  kind: 'boolean',
  fr: 'false : le jeton est donné en réponse au défi',
  en: 'false: the token is the answer to the challenge',
};
const paths = (fr: string, en: string): ConfigField => ({ kind: 'list', of: { kind: 'path', fr, en }, fr, en });
const texts = (fr: string, en: string): ConfigField => ({ kind: 'list', of: { kind: 'text', fr, en }, fr, en });

const trust: ConfigKeys = {
  name: { kind: 'text', fr: 'nom du magasin', en: 'name of the store' },
  anchors: {
    ...paths('autorités de confiance (PEM, DER, P7B)', 'trusted authorities (PEM, DER, P7B)'),
    required: true,
  },
  intermediates: paths('autorités intermédiaires', 'intermediate authorities'),
  pins: texts('empreintes SHA-256 admises', 'accepted SHA-256 fingerprints'),
  igcSante: { kind: 'boolean', fr: "ces autorités sont celles de l'IGC Santé", en: 'these authorities are those of IGC Santé' },
};

/** The configuration file of `--config`, as data: what may stand in it, and what each key means. */
export const configSchema: ConfigKeys = Object.freeze<ConfigKeys>({
  mailbox: {
    kind: 'object',
    fr: 'la BAL',
    en: 'the mailbox',
    required: true,
    keys: {
      address: { kind: 'text', pattern: /^[^\s@<>"]+@[^\s@<>"]+$/, fr: 'adresse de la BAL', en: 'address of the mailbox', required: true },
      kind: { kind: 'choice', values: ['per', 'org', 'app'], fr: 'nature de la BAL', en: 'kind of mailbox', required: true },
      label: {
        kind: 'text',
        fr: "libellé de l'expéditeur : Titre_Prénom_NOM_Entité, ou nom de l'entité",
        en: 'label of the sender: Title_Given_FAMILY_Entity, or name of the entity',
      },
      operatorAllows: {
        kind: 'list',
        of: { kind: 'choice', values: ['password', 'certificate', 'token'], fr: 'authentification', en: 'authentication' },
        fr: "authentifications que le contrat de l'opérateur admet en plus",
        en: "authentications that the operator's contract allows besides",
      },
    },
  },
  servers: {
    kind: 'oneOf',
    words: ['auto'],
    fr: 'serveurs, ou "auto" : enregistrements SRV puis document du domaine',
    en: 'servers, or "auto": SRV records, then the document of the domain',
    required: true,
    keys: {
      imap: { kind: 'object', fr: 'réception', en: 'receiving', keys: server },
      smtp: { kind: 'object', fr: 'envoi', en: 'sending', keys: server },
      confirmedTargets: texts('hôtes confirmés hors du domaine de la BAL', "confirmed hosts outside the mailbox's domain"),
      privateHosts: texts('hôtes admis dans un réseau privé', 'hosts allowed in a private network'),
    },
  },
  authentication: {
    kind: 'variants',
    fr: 'authentification auprès des serveurs',
    en: 'authentication to the servers',
    required: true,
    of: {
      password: {
        user,
        password: { kind: 'secret', fr: 'mot de passe', en: 'password', required: true },
        mechanism: { kind: 'choice', values: ['PLAIN', 'LOGIN'], fr: 'mécanisme SASL', en: 'SASL mechanism' },
      },
      certificate: { user },
      psc: {
        provider: {
          kind: 'choice',
          values: ['production', 'bas'],
          fr: 'Pro Santé Connect réel, ou bac à sable',
          en: 'real Pro Santé Connect, or its sandbox',
        },
        issuer: { kind: 'text', fr: 'autre émetteur OpenID (à la place de provider)', en: 'another OpenID issuer (instead of provider)' },
        discoveryUrl: { kind: 'text', fr: 'adresse de ses métadonnées', en: 'address of its metadata' },
        hosts: texts("autres hôtes de l'émetteur", 'other hosts of the issuer'),
        clientId: { kind: 'text', fr: 'identifiant du logiciel', en: 'client id of the software', required: true },
        clientSecret: {
          kind: 'secret',
          fr: 'secret du logiciel ; sans lui, le certificat client',
          en: 'secret of the software; without it, the client certificate',
        },
        signIn: {
          kind: 'choice',
          values: ['telephone', 'browser'],
          fr: 'par e-CPS (CIBA) ou dans le navigateur',
          en: 'by e-CPS (CIBA) or in the browser',
          required: true,
        },
        nationalId: { kind: 'text', fr: 'identifiant national, pour telephone', en: 'national identifier, for telephone' },
        redirectPort: {
          kind: 'number',
          min: 1,
          max: 65_535,
          fr: 'port local enregistré, pour browser',
          en: 'registered local port, for browser',
        },
        anchors: paths(
          'autorités du Web pour Pro Santé Connect (par défaut les publiques)',
          'Web authorities for Pro Santé Connect (default: the public ones)',
        ),
        user,
        mechanism: tokenMechanism,
        initialResponse,
      },
      'token-command': {
        command: {
          ...texts("programme et arguments, qui écrit le jeton d'accès", 'program and arguments that print the access token'),
          required: true,
        },
        user,
        mechanism: tokenMechanism,
        initialResponse,
      },
    },
  },
  clientIdentity: {
    kind: 'variants',
    fr: 'certificat client',
    en: 'client certificate',
    of: {
      pfx: {
        file: { kind: 'path', fr: 'fichier PKCS#12', en: 'PKCS#12 file', required: true },
        passphrase: { kind: 'secret', fr: 'phrase secrète', en: 'passphrase' },
      },
      pem: {
        certificate: { kind: 'path', fr: 'certificat et intermédiaires', en: 'certificate and intermediates', required: true },
        key: { kind: 'path', fr: 'clé privée', en: 'private key', required: true },
        passphrase: { kind: 'secret', fr: 'phrase secrète', en: 'passphrase' },
      },
      card: {
        module: { kind: 'path', fr: 'bibliothèque PKCS#11 de la carte', en: 'PKCS#11 library of the card', required: true },
        label: { kind: 'text', fr: 'étiquette de la carte', en: 'label of the card' },
        serial: { kind: 'text', fr: 'numéro de série de la carte', en: 'serial number of the card' },
        reader: { kind: 'text', fr: 'lecteur', en: 'reader' },
        certificate: { kind: 'text', fr: 'empreinte SHA-256 du certificat', en: 'SHA-256 fingerprint of the certificate' },
        intermediates: { kind: 'path', fr: 'autorités absentes de la carte', en: 'authorities that the card lacks' },
        engine: { kind: 'path', fr: 'moteur OpenSSL « pkcs11 »', en: 'OpenSSL engine "pkcs11"' },
        pin: { kind: 'secret', fr: 'code porteur (par défaut demandé au clavier)', en: 'PIN (default: asked for at the keyboard)' },
      },
    },
  },
  trust: {
    kind: 'object',
    fr: 'autorités de confiance des serveurs',
    en: 'trusted authorities of the servers',
    required: true,
    keys: {
      ...trust,
      more: {
        kind: 'list',
        of: { kind: 'object', fr: 'magasin', en: 'store', keys: trust },
        fr: 'autres magasins (migration)',
        en: 'further stores (migration)',
      },
    },
  },
  revocation: {
    kind: 'object',
    fr: 'révocation',
    en: 'revocation',
    keys: {
      cache: { kind: 'path', fr: 'dossier où garder les CRL (ECO.1.1.7)', en: 'folder where CRLs are kept (ECO.1.1.7)' },
      prefer: { kind: 'choice', values: ['crl', 'ocsp'], fr: 'ce qui est demandé en premier', en: 'what is asked first' },
      timeoutMs: { kind: 'number', min: 1, max: 600_000, fr: 'échéance d’une requête', en: 'deadline of one request' },
      refreshAfterMs: {
        kind: 'number',
        min: 1000,
        max: 2_000_000_000,
        fr: 'âge auquel une CRL est relue',
        en: 'age at which a CRL is fetched again',
      },
    },
  },
  proxy: {
    kind: 'object',
    fr: 'proxy HTTP',
    en: 'HTTP proxy',
    keys: {
      host: { kind: 'text', fr: 'hôte', en: 'host', required: true },
      port: { kind: 'number', min: 1, max: 65_535, fr: 'port', en: 'port', required: true },
      username: { kind: 'text', fr: 'utilisateur', en: 'user' },
      password: { kind: 'secret', fr: 'mot de passe', en: 'password' },
    },
  },
  profile: {
    kind: 'choice',
    values: ['ref2-0.1', 'ref2-1.0.1'],
    fr: 'version du référentiel (--profile l’emporte)',
    en: 'version of the référentiel (--profile wins)',
  },
  environment: {
    kind: 'choice',
    values: ['production', 'test'],
    fr: 'identités de test admises ou non (--environment l’emporte)',
    en: 'whether test identities pass (--environment wins)',
  },
  ledger: {
    kind: 'object',
    fr: 'registre : file d’envoi, réception, accusés, traces',
    en: 'ledger: outbox, inbox, receipts, audit trail',
    required: true,
    keys: {
      store: { kind: 'database', fr: 'fichier SQLite, ou adresse postgres://', en: 'SQLite file, or postgres:// address', required: true },
      postgresCa: { kind: 'path', fr: 'autorités du serveur PostgreSQL', en: 'authorities of the PostgreSQL server' },
      contents: { kind: 'path', fr: 'dossier des contenus scellés (SQLite)', en: 'folder of sealed contents (SQLite)' },
      key: {
        kind: 'secret',
        fr: 'clé de 32 octets, en hexadécimal ou base64',
        en: 'key of 32 bytes, hexadecimal or base64',
        required: true,
      },
      keyId: {
        kind: 'text',
        pattern: /^[A-Za-z0-9_-]{1,32}$/,
        fr: 'nom de la clé (par défaut « 1 »)',
        en: 'name of the key (default "1")',
      },
      previousKeys: {
        kind: 'list',
        fr: 'anciennes clés',
        en: 'earlier keys',
        of: {
          kind: 'object',
          fr: 'clé',
          en: 'key',
          keys: {
            id: { kind: 'text', pattern: /^[A-Za-z0-9_-]{1,32}$/, fr: 'nom', en: 'name', required: true },
            key: { kind: 'secret', fr: 'clé', en: 'key', required: true },
          },
        },
      },
      pseudonymKey: {
        kind: 'secret',
        fr: 'clé des pseudonymes, qui ne change jamais (par défaut tirée de key)',
        en: 'key of pseudonyms, which never changes (default: derived from key)',
      },
    },
  },
  outbox: {
    kind: 'object',
    fr: 'envoi',
    en: 'sending',
    keys: {
      deadlineHours: {
        kind: 'number',
        min: 0.01,
        max: 720,
        fr: 'durée des essais (par défaut 48 h)',
        en: 'how long it is tried (default 48 h)',
      },
      silenceHours: {
        kind: 'number',
        min: 0.01,
        max: 720,
        fr: 'sans nouvelles de la remise après (par défaut 24 h)',
        en: 'silence: no news of delivery after (default 24 h)',
      },
      readingHours: {
        kind: 'number',
        min: 0.01,
        max: 8760,
        fr: 'lecture ou rangement attendus avant (par défaut : pas attendus)',
        en: 'reading or filing awaited before (default: not awaited)',
      },
      selfCopy: {
        kind: 'boolean',
        fr: 'copie à soi-même, preuve d’un envoi incertain',
        en: 'copy to oneself, evidence of an uncertain send',
      },
      selfCopyDelayMinutes: {
        kind: 'number',
        min: 0.01,
        max: 1440,
        fr: 'attente avant la preuve contraire (par défaut 30)',
        en: 'wait before contrary evidence (default 30)',
      },
      leaseSeconds: { kind: 'number', min: 1, max: 3600, fr: 'bail d’un message (par défaut 20)', en: 'lease of a message (default 20)' },
      connections: {
        kind: 'number',
        min: 1,
        max: 8,
        fr: 'connexions SMTP au plus (par défaut 2)',
        en: 'SMTP connections at most (default 2)',
      },
    },
  },
  sent: {
    kind: 'object',
    fr: 'dossier des messages envoyés',
    en: 'folder of sent messages',
    keys: {
      copy: {
        kind: 'choice',
        values: ['detect', 'client', 'server', 'none'],
        fr: 'qui y range la copie (par défaut detect)',
        en: 'who files the copy (default detect)',
      },
      folder: { kind: 'text', fr: 'chemin du dossier', en: 'path of the folder' },
    },
  },
  receipts: {
    kind: 'object',
    fr: 'accusés de lecture que la BAL renvoie',
    en: 'read receipts that the mailbox sends back',
    keys: { mdn: { kind: 'choice', values: ['ask', 'always', 'never'], fr: 'règle (--mdn l’emporte)', en: 'policy (--mdn wins)' } },
  },
  whiteList: {
    kind: 'object',
    fr: "liste blanche des domaines de l'espace de confiance",
    en: 'white list of the domains of the trust space',
    keys: {
      url: {
        kind: 'text',
        pattern: /^https:\/\/[^\s]+$/,
        fr: 'adresse https de la liste publiée, relue une fois par jour',
        en: 'https address of the published list, fetched once a day',
      },
      file: {
        kind: 'path',
        fr: 'dernière bonne copie ; sans url, la liste elle-même (XML, ou un domaine par ligne)',
        en: 'last good copy; without url the list itself (XML, or a domain a line)',
        required: true,
      },
      maxAgeDays: {
        kind: 'number',
        min: 1,
        max: 365,
        fr: 'âge auquel elle ne vaut plus (par défaut 30)',
        en: 'age from which it no longer counts (default 30)',
      },
    },
  },
  directory: { kind: 'database', fr: "copie de l'Annuaire Santé (mss annuaire)", en: 'copy of the Annuaire Santé (mss annuaire)' },
  author: {
    kind: 'text',
    pattern: /^[\x21-\x7e]{1,64}$/,
    fr: 'qui agit, pour les traces (par défaut mss)',
    en: 'who acts, for the audit trail (default mss)',
  },
  nil: { kind: 'text', fr: 'numéro du produit (X-MSS-NIL)', en: 'number of the product (X-MSS-NIL)' },
  dangerouslyAllowOutsideTrustSpace: {
    kind: 'boolean',
    fr: 'écrit aussi hors de la liste blanche',
    en: 'writes outside the white list, too',
  },
});
