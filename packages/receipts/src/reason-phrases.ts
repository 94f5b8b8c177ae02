import type { FailureReason } from './reasons.js';

/**
 * Words of mail systems, by what they mean. The first row that matches decides, so the rows go from the precise to the
 * general. English where every system writes it; French, German, Spanish, Italian, Portuguese, Dutch, Japanese and Russian
 * where systems translate.
 */
const rows: readonly (readonly [reason: FailureReason, patterns: readonly RegExp[]])[] = [
  [
    'virus',
    [
      /\b(?:virus|malware|trojan|phishing|worm)\b.{0,60}(?:detected|found|reject|infect|refus)/i,
      /(?:infected|contains?|carrying) (?:with |a |the )?(?:virus|malware)/i,
      /virus/i,
    ],
  ],
  [
    'authentication',
    [
      /\b(?:spf|dkim|dmarc|arc)\b.{0,80}(?:fail|reject|policy|check|not pass|did not|violat|unauth|align|softfail|permerror)/i,
      /(?:fail|reject|policy|violat|unauth).{0,80}\b(?:spf|dkim|dmarc)\b/i,
      /unauthenticated (?:e-?mail|sender|message)/i,
      /sender policy framework/i,
      /reverse dns|\bptr\b|\brdns\b|(?:no|missing|invalid|without a) reverse|not have a? ?(?:valid )?(?:reverse|hostname)|cannot find your (?:reverse )?hostname|fix reverse/i,
    ],
  ],
  [
    'sender-refused',
    [
      /(?:sender|mail from|return.?path|envelope.?from|originator)(?:'s)?(?: address| domain| verify| denied)?\b.{0,80}(?:reject|denied|invalid|not (?:exist|found|allowed|permitted|valid|accept|authori)|refus|fail|unverified|unrout|does(?:n't| not) (?:exist|resolve|have)|block|must|is required)/i,
      /domain of sender|bad outbound sender|(?:bad|invalid|unroutable|unknown|forged) sender|purported responsible address|not (?:allowed|permitted|authori[sz]ed) to (?:send|post|write|e-?mail)|(?:may not|not) have permission to (?:post|send)|only (?:members|subscribers|authenticated)|not (?:a )?member|restricted to (?:members|authenticated|certain)/i,
      /exp[ée]diteur.{0,60}(?:refus|rejet|inconnu|invalide|non autoris)/i,
    ],
  ],
  [
    'mailbox-moved',
    [
      /(?:has|have) (?:been )?moved|(?:address|mailbox|user) (?:has )?changed|no longer (?:at|on) this (?:address|server)|replaced by the address|new (?:e-?mail )?address is/i,
    ],
  ],
  [
    'domain-unknown',
    [
      /(?:^|[^"'])\bhost(?:name)? (?:is |was )?(?:unknown|not found|lookup failed.{0,40}not found)/i,
      /unknown (?:host|domain)\b|no such (?:host|domain)|(?:host|domain)(?: name)? (?:lookup failed|does not exist|doesn't exist|not exist|is invalid|not found|must exist)/i,
      /unrout(?:e|)able (?:address|mail domain|domain)|unknown or unroutable|(?:can'?t|cannot) (?:find|resolve|look ?up) (?:any )?(?:the )?(?:host|domain|mail exchanger)/i,
      /\bnxdomain\b|name or service not known|nodename nor servname|recipient(?:'s)? domain (?:is )?(?:unknown|invalid)|no route to (?:domain|destination domain)/i,
      /dns lookup failure: host|\bdomain\b.{0,80}\b(?:does not exist|could not be found|couldn't be found|wasn't found|not found)/i,
      /illegal host\/domain|bad destination system|invalid (?:destination )?domain|domain is not reachable|(?:^|[\s<'"(])[a-z0-9-]+(?:\.[a-z0-9-]+)+ (?:does not|doesn't) exist/i,
      /domaine.{0,40}(?:inconnu|introuvable|n['’]existe pas)|dominio.{0,30}(?:desconocido|no existe|inesistente|non esiste)|domain.{0,30}(?:unbekannt|existiert nicht)/i,
    ],
  ],
  [
    'domain-refuses',
    [
      /null ?mx|does not accept (?:e-?mail|mail|any mail)|(?:an )?mx or srv record indicated no smtp service|domain does not receive mail/i,
      /couldn'?t find (?:a |any )?(?:mail exchanger|host named|mx)|no (?:mx|mail exchanger|mail server) (?:record|found|for)|(?:all relevant|any) mx records point to non-?existent/i,
      /smtp protocol returned a permanent error|host does not accept mail|name service error for .{0,200}malformed or unexpected name server reply/i,
    ],
  ],
  [
    'mailbox-full',
    [
      /(?:mail ?box|inbox|account|user|recipient|folder|maildir|storage|disk)s?(?:'s)?.{0,60}\b(?:is |are |was )?(?:full|over ?quota|exceed|too large|too full|out of (?:storage|space))/i,
      /over (?:the |its |his |their )?(?:allocated )?(?:disk |mail |storage )?quota|quota (?:is |has been |was )?(?:exceeded|full|violation|depassé)|exceed(?:s|ed|ing)?.{0,40}\b(?:quota|storage|mailbox)/i,
      /insufficient (?:disk |system )?(?:space|quota|storage)|not enough (?:storage|disk) space|mailbox full|disk full|full mailbox|\bquota\b/i,
      /bo[iî]te.{0,60}(?:pleine|satur[ée]e)|quota.{0,30}d[ée]pass[ée]|postfach.{0,40}voll|(?:buz[oó]n|casella|caixa).{0,40}(?:llen[oa]|pien[ao]|cheia)|почтовый ящик.{0,40}переполнен|容量/i,
    ],
  ],
  [
    'message-too-big',
    [
      /(?:message|mail|e-?mail|file|content|data)(?: is| was| size|'s size| file)?.{0,40}(?:too (?:big|large|long)|exceed|larger than|over the|limit exceeded|greater than)/i,
      /size (?:limit|exceed)|(?:maximum|max|fixed|administrative) (?:message )?(?:size|length)|max message size|line too long|taille.{0,40}(?:maximale|d[ée]pass|trop)|trop (?:gros|volumineux)/i,
    ],
  ],
  [
    'mailbox-disabled',
    [
      /(?:account|mailbox|user|address|recipient|email|e-mail).{0,60}\b(?:disabled|suspended|deactivated|inactive|locked|blocked|closed|deleted|expired|terminated|not active|dormant|frozen|discontinued)\b/i,
      /(?:disabled|suspended|inactive|deactivated|locked|closed|dormant) (?:account|mailbox|user|recipient|address)|has been (?:disabled|suspended|inactive|deactivated)|not accepting (?:mail|messages)|temporarily (?:disabled|suspended|locked)/i,
      /(?:compte|bo[iî]te).{0,60}(?:d[ée]sactiv|suspendu|ferm[ée]|inactif|bloqu)|cl[oô]tur[ée]e?|konto.{0,40}(?:deaktiviert|gesperrt)/i,
    ],
  ],
  [
    'relay-refused',
    [
      /relay(?:ing)?(?: access)? (?:denied|not (?:permitted|allowed)|prohibited|refused)|(?:not|unable|can(?:no|')t) (?:permitted |allowed )?(?:to )?relay|insecure mail relay|relay not|no relay|rcpthosts|not (?:a |an )?(?:open|local) (?:relay|domain)/i,
    ],
  ],
  [
    'spam',
    [
      /\bspam(?:my|ming|assassin)?\b|\bjunk\b|unsolicited|bulk (?:e-?)?mail|blacklisted url|suspicious|spamlike|scored as|high probability|considered (?:un|spam)|message (?:content )?(?:has been )?reject(?:ed)? (?:as|for|by) (?:spam|content)|url.{0,20}(?:listed|blacklist)|ind[ée]sirable/i,
    ],
  ],
  ['mailbox-unknown', [/recipient address rejected: access denied|\buser not exist/i]],
  [
    'policy',
    [
      /(?:ip|host|server|client|connection|message|mail|sending ip|address)s?.{0,80}\b(?:black ?list|block ?list|blocked|banned|listed (?:in|on|by|at)|dnsbl|rbl|bad reputation|poor reputation|low reputation|throttl|deferred due to|rate limit)/i,
      /black ?list|\brbl\b|dnsbl|spamhaus|spamcop|barracuda|reputation|greylist|grey ?listed|access (?:has been )?denied|connection (?:refused|rejected|not accepted)s? (?:due|by policy|from)|connections? not accepted|(?:please )?use the smtp server of your isp|your (?:ip|network|server|isp)|dynamic ip/i,
      /too many (?:messages|connections|recipients|e-?mails|errors|hops? from)|rate (?:limit|exceed)|sending (?:limit|quota)|exceeded.{0,40}(?:rate|limit|connections)|try again later.{0,20}rate|service refus[ée]|veuillez essayer plus tard|throttled/i,
      /(?:policy|polic(?:y|ies) (?:reasons|violation|restrict))|administrative(?:ly)? (?:prohibit|denied|reject)|prohibited|not accepted for policy|security policy|violates|message refused|refused by|encryption (?:needed|required)|must issue a starttls|tls (?:is )?required/i,
    ],
  ],
  [
    'mailbox-unknown',
    [
      /(?:user|mail ?box|account|recipient|address|addressee|local ?part|alias|mail ?addr|destinataire|email|e-mail|username|customer|subscriber|inbox)(?:'s)?(?: name| address| account| mailbox| of the recipient)?s?.{0,60}\b(?:un ?known|not (?:be )?found|does(?:n't| not) exist|do not exist|not exist|is invalid|invalid|not (?:known|listed|valid|available|recogni[sz]ed|local|a valid|a registered|a known|have)|unavailable|no longer (?:exists|available|valid|on)|non-?existent|undeliverable|n[ao]t available|does not have|doesn't have|not our|disallowed|ambiguous|wasn't found|couldn't be found)\b/i,
      /(?:no such|unknown|invalid|illegal|unrecogni[sz]ed|bad|non-?existent|undefined|not a (?:valid|known|registered)|no) (?:user|mail ?box|recipient|address|account|alias|local user|destination|person|rcpt|e-?mail|addressee|gateway user|virtual user|local part|inbox|username|mail drop|customer)/i,
      /(?:this )?user doesn'?t have|user (?:not )?(?:unknown|exist)|not listed in (?:domino|public name|name ?& ?address)|there is no (?:one|such|user|account|mailbox)|no one (?:at|with|by) (?:this|that)|not a valid (?:mailbox|user|recipient)|can(?:not|'t) (?:find|locate) (?:the )?(?:user|recipient|mailbox|address)|not match any (?:user|recipient)|is not (?:a|one of our) (?:registered|valid|customer)/i,
      /utilisateur.{0,40}inconnu|destinataire.{0,60}(?:inconnu|n['’]existe pas|introuvable|invalide|n['’]a pas [ée]t[ée] trouv)|adresse.{0,60}(?:inconnue|invalide|n['’]existe pas|introuvable|incorrecte|erron[ée]e)|(?:usager|patient|bo[iî]te).{0,60}(?:inexistant|introuvable|inconnu|n['’]existe pas)/i,
      /empf[äa]nger.{0,60}(?:unbekannt|nicht gefunden|existiert nicht)|benutzer.{0,30}unbekannt|unbekannte[rn]? (?:benutzer|empf)|(?:usuario|destinatario|utente|utilizador|destinat[áa]rio).{0,60}(?:desconocid|no existe|no se encontr|sconosciut|inesistente|desconhecid|n[ãa]o existe|non trovato)|gebruiker.{0,30}onbekend|geadresseerde.{0,40}niet/i,
      /宛先.{0,20}(?:不明|存在|見つかり)|ユーザー?.{0,20}(?:不明|存在しません)|(?:пользователь|адрес|ящик).{0,30}не (?:существует|найден)/i,
    ],
  ],
  [
    'expired',
    [
      /(?:delivery|message|mail|envelope|retry|queue).{0,60}(?:expired|timed? ?out exceeded|time ?out|too long|giving up)|giving up|gave up|given up|retry (?:time(?:out)? )?(?:not reached|exceeded|timeout)|(?:could not|cannot|can't|couldn't).{0,40}(?:be )?(?:deliver|send).{0,40}(?:for|after|within|in the last)\s+\d|(?:delivery|deli?very|failed).{0,40}(?:\d+ attempts|aborted after|time expired)|been in the queue too long|remained (?:in the queue|undelivered)|d[ée]lai.{0,40}(?:d[ée]pass|expir)/i,
      /connection timed out|operation timed out|timed out (?:while|during|waiting)|connect(?:ion)? (?:refused|to .{0,80} (?:refused|failed|timed out))|not accept our requests to connect|socket error|no route to host|(?:host|server|network) (?:is )?(?:unreachable|not responding|down)|deferred:|could not connect|delayed|temporar(?:y|ily)/i,
    ],
  ],
  [
    'network',
    [
      /too many hops|mail(?: |-)?loop|routing loop|loop(?:s)? back|loop detected|hop count|dns (?:error|failure|lookup|query)|name (?:service|server) (?:error|failure|timeout)|host name lookup failure|lost connection|connection (?:reset|lost|closed|dropped|died)|network (?:error|failure)|unable to (?:connect|resolve|route)|tls (?:handshake|negotiation)|starttls|certificate|no answer|conversation with .{0,100} timed out/i,
    ],
  ],
  [
    'protocol',
    [
      /syntax error|command (?:not|un)(?:recogni[sz]ed|implemented| allowed)|bad (?:command|sequence)|protocol error|not implemented|need (?:mail|rcpt)|invalid (?:command|argument|parameter)|unrecogni[sz]ed command|not (?:rfc|compliant)|bare (?:lf|cr|line)|pipelining/i,
    ],
  ],
  [
    'content',
    [
      /(?:message|mail|attachment|header|content|file|mime|data|body).{0,60}(?:reject|malformed|invalid|not (?:allowed|accept|conform)|forbidden|prohibited|illegal|improper|block|filter|refus)|8bit|mime|banned (?:file|content|name)|unacceptable content/i,
    ],
  ],
  [
    'system',
    [
      /(?:system|server|local|internal|config|configuration|service|resource|ldap|database|temporary|i\/o|alias|process|unexpected)\w*.{0,40}(?:error|fail|unavailable|problem|not available|loop|exceed|insufficient)|command died|exit (?:status|code|value)|pipe to|core dump|cannot (?:open|create|write|exec|append)|can't (?:open|create)|permission denied|procmail|deliver(?:y)? agent|vdelivermail|loop alert|duplicated message-id/i,
    ],
  ],
];

/** Refusals that name nothing but the recipient: taken when no other row fits. */
const refusedRecipient =
  /(?:recipient|address|mailbox|user|rcpt)(?: address)? (?:was |is |has been )?(?:rejected|refused|denied)|does not like recipient|rejected (?:recipient|address)/i;

/** The reason that the words of a diagnostic tell; `null` when none of the known phrases is there. */
export function reasonOfText(text: string): FailureReason | null {
  for (const [reason, patterns] of rows) if (patterns.some((pattern) => pattern.test(text))) return reason;
  return refusedRecipient.test(text) ? 'mailbox-unknown' : null;
}

/** Whether the words say that the failure is temporary. */
export function saysTemporary(text: string): boolean {
  return /\btemporar(?:y|ily)\b|\bpersistent\b|\btransient\b|retry timeout exceeded|\bdelayed\b|temporaire|\bvor[üu]bergehend/i.test(text);
}
