/** What the configuration depends on. */
export interface PostfixSettings {
  readonly folder: string;
  readonly cert: string;
  readonly key: string;
  readonly port: number;
  readonly implicitPort: number;
  readonly relayPort: number;
  readonly authSocket: string;
  readonly mailFolder: string;
  readonly mailboxes: readonly string[];
  readonly routes: Readonly<Record<string, number | null>>;
  readonly maxMessageBytes: number;
}

/**
 * The configuration files of Postfix 3.7 by name. Times are short, so that delays and failures are told within
 * seconds: a delay after 3 s, the return after 10 s.
 */
export function postfixConfiguration(settings: PostfixSettings): Readonly<Record<string, string>> {
  const { folder, mailboxes, routes } = settings;
  const domains = [...new Set(mailboxes.map((address) => address.slice(address.lastIndexOf('@') + 1)))];
  const lines = (table: readonly (readonly [string, string])[]): string => table.map(([name, value]) => `${name} ${value}\n`).join('');
  return {
    'main.cf': `
compatibility_level = 3.6
queue_directory = ${folder}/spool
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${folder}/maillog
maillog_file_prefixes = ${folder}
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
myhostname = mail.exemple.mssante.fr
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
default_database_type = texthash
biff = no
smtpd_banner = $myhostname ESMTP
message_size_limit = ${settings.maxMessageBytes}
mailbox_size_limit = 0
virtual_mailbox_limit = 0

smtpd_tls_cert_file = ${settings.cert}
smtpd_tls_key_file = ${settings.key}
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_loglevel = 1
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${settings.authSocket}
smtpd_sasl_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_client_restrictions =
smtpd_peername_lookup = no
smtputf8_enable = yes

virtual_mailbox_domains = ${domains.join(' ')}
virtual_mailbox_base = ${settings.mailFolder}
virtual_mailbox_maps = texthash:${folder}/etc/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
transport_maps = texthash:${folder}/etc/transport
relay_domains = ${Object.keys(routes).join(' ')}
relay_recipient_maps =
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = none

queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
delay_warning_time = 3s
maximal_queue_lifetime = 10s
bounce_queue_lifetime = 10s
notify_classes =
`,
    'master.cf': `
127.0.0.1:${settings.port} inet n - n - - smtpd
127.0.0.1:${settings.implicitPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:${settings.relayPort} inet n - n - - smtpd
  -o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=no -o mynetworks=127.0.0.0/8
  -o smtpd_relay_restrictions=permit_mynetworks,reject -o smtpd_recipient_restrictions=permit_mynetworks,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`,
    mailboxes: lines(mailboxes.map((address) => [address, `${address}/`])),
    transport: lines(Object.entries(routes).map(([domain, port]) => [domain, port === null ? 'discard:' : `smtp:[127.0.0.1]:${port}`])),
  };
}
