/** What the configuration depends on. */
export interface DovecotSettings {
  readonly folder: string;
  readonly cert: string;
  readonly key: string;
  readonly imapPort: number;
  readonly imapsPort: number;
  readonly withClients: boolean;
  readonly introspectionUrl: string | null;
  readonly quotaKb: number;
  readonly capabilities: string | null;
  readonly userConnections: number;
  readonly relay: { readonly port: number; readonly submissionPort: number } | null;
}

/** The configuration files of Dovecot 2.3 by name. Every process runs as nobody, so nothing is chrooted. */
export function dovecotConfiguration(settings: DovecotSettings): Readonly<Record<string, string>> {
  const { folder, introspectionUrl } = settings;
  const mechanisms = [
    'plain',
    'login',
    ...(settings.withClients ? ['external'] : []),
    ...(introspectionUrl === null ? [] : ['xoauth2', 'oauthbearer']),
  ];
  const files: Record<string, string> = {
    'dovecot.conf': `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
auth_verbose = yes
protocols = imap${settings.relay === null ? '' : ' submission'}
listen = 127.0.0.1
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
mail_location = maildir:${folder}/mail/%u
mail_fsync = never
mail_max_userip_connections = ${settings.userConnections}
mail_plugins = quota
auth_mechanisms = ${mechanisms.join(' ')}
auth_failure_delay = 0
disable_plaintext_auth = yes

ssl = required
ssl_cert = <${settings.cert}
ssl_key = <${settings.key}
ssl_min_protocol = TLSv1.2
ssl_cipher_list = ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256
${settings.withClients ? clientCertificates(folder) : ''}
${introspectionUrl === null ? '' : tokens(folder)}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${folder}/users
  mechanisms = plain login
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${folder}/mail/%u
  auth_verbose = no
}

namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
  mailbox Trash {
    auto = create
    special_use = \\Trash
  }
  mailbox Archives {
    auto = create
    special_use = \\Archive
  }
}

protocol imap {
  mail_plugins = $mail_plugins imap_quota
  imap_idle_notify_interval = 2 mins
${settings.capabilities === null ? '' : `  imap_capability = ${settings.capabilities}\n`}}
plugin {
  quota = maildir:Mailbox
  quota_rule = *:storage=${settings.quotaKb}K
  quota_grace = 0%
}

service anvil {
  chroot =
  # Without it every refused login makes the next one from this address wait, up to 15 s.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = ${settings.imapPort}
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = ${settings.imapsPort}
    ssl = yes
  }
}
${settings.relay === null ? '' : submission(settings.relay)}
service auth {
  unix_listener auth-client {
    mode = 0666
  }
}
`,
  };
  if (introspectionUrl !== null) {
    files['oauth2.conf'] = `
introspection_url = ${introspectionUrl}
introspection_mode = post
username_attribute = username
active_attribute = active
active_value = true
`;
  }
  return files;
}

/** SASL EXTERNAL: the common name of a certificate that the CRLs do not hold is the mailbox. */
const clientCertificates = (folder: string): string => `
ssl_ca = <${folder}/clients.pem
ssl_verify_client_cert = yes
ssl_require_crl = yes
auth_ssl_username_from_cert = yes
ssl_cert_username_field = commonName
passdb {
  driver = static
  args = nopassword=y
  mechanisms = external
}
`;

const submission = (relay: { readonly port: number; readonly submissionPort: number }): string => `
hostname = mail.exemple.mssante.fr
submission_relay_host = 127.0.0.1
submission_relay_port = ${relay.port}
service submission-login {
  chroot =
  inet_listener submission {
    address = 127.0.0.1
    port = ${relay.submissionPort}
  }
}
`;

const tokens = (folder: string): string => `
passdb {
  driver = oauth2
  args = ${folder}/oauth2.conf
  mechanisms = xoauth2 oauthbearer
}
`;
