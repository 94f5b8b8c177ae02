/**
 * How far a submission got. The names are the RFC's words, in the order in which a submission passes them.
 *
 * | stage | reached when |
 * |---|---|
 * | `connect` | the verified channel is being made |
 * | `greeting` | the server's 220 is awaited |
 * | `ehlo` | EHLO is sent |
 * | `starttls` | STARTTLS is sent |
 * | `auth` | AUTH is sent |
 * | `mail` | MAIL FROM is sent |
 * | `rcpt` | RCPT TO is sent (told per recipient) |
 * | `data-started` | DATA is sent, until the last byte before the final dot |
 * | `data-ended` | the final dot is sent: from here the server may have taken the message |
 * | `accepted` | the server answered 2xx to the final dot |
 *
 * @see RFC 5321 §3.3, §4.5.3.2
 */
export type SmtpStage =
  | 'connect'
  | 'greeting'
  | 'ehlo'
  | 'starttls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data-started'
  | 'data-ended'
  | 'accepted';
