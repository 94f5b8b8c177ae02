import type { DocumentSet } from '@mss/cda';
import { MssError, type Profile } from '@mss/core';

import type { MessageErrorCode } from './errors.js';
import type { Recipient } from './recipients.js';

/** Whether the archive holds a qualified INS: matricule, its OID and the four traits. */
function holdsQualifiedIns(set: DocumentSet): boolean {
  const { ins, birthName, givenNames, birthDate, sex } = set.patient;
  return ins !== null && birthName !== null && givenNames.length > 0 && birthDate !== null && (sex === 'M' || sex === 'F');
}

/**
 * The X-MSS-* headers of a message, in the profiles that have them.
 *
 * | header | when | value |
 * |---|---|---|
 * | `X-MSS-CODECDA` | documents | code of each CDA, comma-separated, in the order of the archive |
 * | `X-MSS-INS` | documents | `O` with a qualified INS (matricule, OID, four traits), else `N` |
 * | `X-MSS-NIL` | always | the product's number, given by the host |
 * | `X-MSS-MES` | end of a conversation with a patient | `FIN` |
 *
 * @throws MssError `ERR_MSS_MESSAGE_NIL`, `ERR_MSS_MESSAGE_END_OF_CONVERSATION`
 * @see Référentiel #2 v1.0.1, ECO.2.2.8, ECO.2.4.1 to 2.4.3, as publicly quoted.
 */
export function xMssHeaders(
  profile: Profile,
  options: {
    readonly documents: DocumentSet | null;
    readonly recipients: readonly Recipient[];
    readonly nil: string | undefined;
    readonly endConversation: boolean;
  },
): [name: string, value: string][] {
  const headers: [string, string][] = [];
  if (options.endConversation) {
    const toPatientOnly = options.recipients.length > 0 && options.recipients.every((recipient) => recipient.kind === 'patient');
    if (!profile.message.endOfConversation || !toPatientOnly) {
      throw new MssError<MessageErrorCode>(
        'ERR_MSS_MESSAGE_END_OF_CONVERSATION',
        'the end of a conversation is told to a patient alone, in a profile that knows it',
        {
          requirement: 'ECO.2.2.8',
        },
      );
    }
    headers.push(['X-MSS-MES', 'FIN']);
  }
  if (!profile.message.xMssHeaders) return headers;
  if (options.documents !== null) {
    const codes = options.documents.documents.map((document) => document.header.code.code ?? '').filter((code) => code !== '');
    headers.push(['X-MSS-CODECDA', codes.join(',')], ['X-MSS-INS', holdsQualifiedIns(options.documents) ? 'O' : 'N']);
  }
  if (options.nil === undefined || !/^[\x21-\x7e]{1,64}$/.test(options.nil)) {
    throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_NIL', 'the profile asks for the product number of the software on every mail', {
      requirement: 'ECO.2.4.3',
    });
  }
  headers.push(['X-MSS-NIL', options.nil]);
  return headers;
}
