import type { Requirement, RequirementLevel } from './types.js';

const r = (id: string, section: string, level: RequirementLevel, owner: string, title: string): Requirement =>
  Object.freeze({ id, section, level, title, owner });

/** The requirements of référentiel #2 v0.1, in its order. */
export const requirementsOfVersion01: readonly Requirement[] = Object.freeze([
  r('ECO.1.1.1', '2.1.1', 'shall', '@mss/pki', 'Every transaction with an operator runs over TLS.'),
  r('ECO.1.1.2', '2.1.1', 'shall', '@mss/pki', 'Only TLS 1.2 is negotiated; otherwise no connection is made.'),
  r('ECO.1.1.3', '2.1.1', 'shall', '@mss/pki', 'Only the four listed cipher suites are negotiated; otherwise no connection is made.'),
  r('ECO.1.1.4', '2.1.2', 'shall', '@mss/pki', 'An operator that presents an IGC Santé server certificate can be connected to.'),
  r('ECO.1.1.5', '2.1.2', 'shall', '@mss/pki', "The operator's certificate is not expired."),
  r('ECO.1.1.6', '2.1.2', 'shall', '@mss/pki', "The operator's certificate is not revoked, by CRL or OCSP, whatever the authority."),
  r('ECO.1.1.7', '2.1.2', 'shall', '@mss/pki', 'The last unexpired CRL is kept and used when a new one cannot be had.'),
  r('ECO.1.1.8', '2.2.2', 'shall', '@mss/pki', 'With the Mailiz operator only the IGC Santé entry points are used.'),
  r(
    'ECO.2.1.1',
    '3.1',
    'shall',
    '@mss/message',
    'A mail with a health document concerns one person and holds IHE_XDM.ZIP and the same documents as PDF/A-1.',
  ),
  r('ECO.2.1.2', '3.1.1', 'shall', '@mss/xdm', 'The receiver identifies the person from METADATA.XML.'),
  r('ECO.2.1.3', '3.1.2', 'shall', '@mss/subject', 'The subject is XDM/1.0/DDM+<label> <NAME> <given name> <birth date>.'),
  r('ECO.2.1.4', '3.1.3', 'shall', '@mss/message', 'A health document is sent as CDA R2 in IHE_XDM.ZIP and as PDF/A-1.'),
  r('ECO.2.1.5', '3.1.3', 'shall', '@mss/cda-pdf', 'The PDF is made from the CDA and shows its whole header and the text of its sections.'),
  r('ECO.2.1.6', '3.1.3.1', 'shall', '@mss/subject', 'The PDF is named <act date>_<type>_<NAME>_<given name>[_<case number>].pdf.'),
  r('ECO.2.2.1', '3.2', 'shall', '@mss/message', 'Every new mail has a Message-ID.'),
  r('ECO.2.2.2', '3.2', 'shall', '@mss/message', 'Every reply has Message-ID, In-Reply-To and References.'),
  r('ECO.2.2.3', '3.3.1', 'should', '@mss/message', 'The text parts are in UTF-8.'),
  r(
    'ECO.2.2.4',
    '3.3.2',
    'shall',
    '@mss/message',
    'The body is text/plain, or multipart/alternative of text/plain and text/html of the same wording.',
  ),
  r(
    'ECO.2.2.5',
    '3.3.3',
    'shall',
    '@mss/message',
    'A mail of an applicative mailbox ends with a mention of a contact mailbox and has it as Reply-To.',
  ),
  r('ECO.2.2.6', '3.4.2.2', 'shall', '@mss/ins-address', 'Addresses of patients are built from qualified INS identities.'),
  r('ECO.2.2.7', '3.5', 'shall', '@mss/message', "The sender's address carries a meaningful label."),
  r('ECO.2.3.1', '3.6.1', 'shall', '@mss/receipts', 'A delivery receipt can be asked for; the mail then has Return-Receipt-To.'),
  r('ECO.2.3.2', '3.6.2', 'may', '@mss/receipts', 'A read receipt can be asked for when writing to a patient.'),
]);

/** What is publicly known that v1.0.1 adds or rewords. The text itself was not available: see docs/SPECS.md. */
export const requirementsOfVersion101: readonly Requirement[] = Object.freeze([
  r('ECO.1.0.1', '2', 'shall', '@mss/transport', 'Mail is submitted by SMTP with STARTTLS.'),
  r('ECO.1.0.2', '2', 'shall', '@mss/transport', 'Mail is read by IMAP4 with STARTTLS.'),
  r('ECO.1.1.1', '2.1.1', 'shall', '@mss/pki', 'Every transaction with an operator runs over TLS 1.2 or above.'),
  ...requirementsOfVersion01.filter((one) => ['ECO.1.1.3', 'ECO.1.1.5', 'ECO.1.1.6', 'ECO.1.1.7'].includes(one.id)),
  r('ECO.1.1.9', '2.1.1', 'shall', '@mss/transport', 'The mailbox is configured by DNS SRV.'),
  r('ECO.1.1.10', '2.1.2', 'shall', '@mss/pki', 'IGC Santé is the only authority that is accepted.'),
  r('ECO.1.2.1', '2.2', 'shall', '@mss/transport', 'TLS comes first, then SASL XOAUTH2 with the token of Pro Santé Connect.'),
  r('ECO.1.2.3', '2.2', 'shall', '@mss/transport', 'Failures of the connection do not disturb the other functions of the software.'),
  r('ECO.1.2.5', '2.2', 'shall', '@mss/transport', 'The access token of Pro Santé Connect is not stored permanently.'),
  r('ECO.1.2.6', '2.2', 'shall', '@mss/transport', 'The session ends when the refresh token is no longer valid.'),
  r('ECO.1.2.7', '2.2', 'shall', '@mss/transport', 'The session is opened again by itself while Pro Santé Connect is valid.'),
  ...requirementsOfVersion01
    .filter((one) => one.id.startsWith('ECO.2.'))
    .map((one) => (one.id === 'ECO.2.2.3' || one.id === 'ECO.2.3.2' ? r(one.id, one.section, 'shall', one.owner, one.title) : one)),
  r('ECO.2.2.8', '3.4.2.3', 'shall', '@mss/message', 'The end of a conversation with a patient is told by X-MSS-MES: FIN.'),
  r('ECO.2.4.1', '3.8.1', 'shall', '@mss/message', 'X-MSS-CODECDA lists the codes of the CDA documents.'),
  r('ECO.2.4.2', '3.8.2', 'shall', '@mss/message', 'X-MSS-INS says whether the archive holds a qualified INS.'),
  r('ECO.2.4.3', '3.8.3', 'shall', '@mss/message', 'X-MSS-NIL names the software on every mail.'),
  r('ECO.3.1.6', '4.6', 'shall', '@mss/receipts', 'A read receipt can be returned when it is asked for.'),
  r('ECO.4.1.1', '5.1', 'shall', '@mss/ledger', 'Every processing on a mailbox leaves a functional trace.'),
  r('ECO.4.1.2', '5.1', 'shall', '@mss/ledger', 'Each trace holds author, time, action, request to the server and response.'),
]);
