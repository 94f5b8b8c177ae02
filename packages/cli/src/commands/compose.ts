import { basename } from 'node:path';

import type { DocumentSet } from '@mss/cda';
import { defaultLimits, MssError } from '@mss/core';
import { parseAddressList } from '@mss/formats/mime';
import { isPatientAddress, parsePatientAddress, patientAddress, qualifyIns } from '@mss/ins-address';
import {
  composeMessage,
  parseSenderLabel,
  readMessage,
  type AttachmentDraft,
  type ComposedMessage,
  type ComposeOptions,
  type MessageDraft,
  type ParentMessage,
  type Recipient,
  type Sender,
} from '@mss/message';

import type { CommandContext } from '../command.js';
import { usageError } from '../errors.js';
import { readInput, readText, type CliIo } from '../io.js';
import { note } from '../note.js';
import { readDocumentSet } from './documents.js';
import { pdfOptions } from './pdf-renderer.js';

/** What a message is made of: the options that `mss message build` and `mss send` share. */
export interface MessageOptions {
  readonly from: string;
  readonly mailboxKind: 'per' | 'org' | 'app';
  readonly to: readonly string[];
  readonly cda?: readonly string[];
  readonly subject?: string;
  readonly attach?: readonly string[];
  readonly insStatus?: string;
  readonly endConversation?: boolean;
  readonly text?: string;
  readonly html?: string;
  readonly replyTo?: string;
  readonly inReplyTo?: string;
  readonly applicative?: string;
  readonly request?: string;
  readonly nil?: string;
  readonly caseNumber?: readonly string[];
  readonly converter?: string;
}

/** `Dr_Marie_MARTIN_Cabinet <marie.martin@…>` as a sender of the given kind. */
function senderOf(labelled: string, kind: MessageOptions['mailboxKind']): Sender {
  const [mailbox] = parseAddressList(labelled).value;
  if (mailbox === undefined || mailbox.name === null) {
    throw usageError("--from is 'label <address>'", "--from s'écrit 'libellé <adresse>'");
  }
  if (kind !== 'per') return { kind: kind === 'org' ? 'organisational' : 'applicative', address: mailbox.address, entity: mailbox.name };
  const label = parseSenderLabel(mailbox.name);
  if (label.givenName === null || label.familyName === null) {
    throw new MssError(
      'ERR_MSS_MESSAGE_SENDER',
      'the label of a personal mailbox has a given name and a family name in capitals: Title_Given_FAMILY_Entity',
      { requirement: 'ECO.2.2.7' },
    );
  }
  return {
    kind: 'personal',
    address: mailbox.address,
    givenName: label.givenName,
    familyName: label.familyName,
    ...(label.title === null ? {} : { title: label.title }),
    ...(label.entity === null ? {} : { entity: label.entity }),
  };
}

/** A patient's address is rebuilt from its matricule, and only when the caller states that the identity is qualified. */
function recipientOf(
  address: string,
  context: CommandContext,
  details: { readonly insStatus: string | undefined; readonly oid: string | undefined },
): Recipient {
  if (!isPatientAddress(address)) return { kind: 'professional', address };
  const matricule = parsePatientAddress(address).value?.matricule;
  if (matricule === undefined) {
    throw new MssError('ERR_MSS_INS_MALFORMED', "a patient's address does not begin with a well-formed matricule", {
      requirement: 'ECO.2.2.6',
    });
  }
  if (details.insStatus === undefined) {
    throw new MssError('ERR_MSS_INS_NOT_QUALIFIED', 'a patient is written to only with --ins-status qualifiee', {
      requirement: 'ECO.2.2.6',
    });
  }
  const ins = qualifyIns({
    matricule,
    status: details.insStatus,
    assertedBy: { kind: 'person', name: 'mss command line' },
    environment: context.environment,
    ...(details.oid === undefined ? {} : { oid: details.oid }),
  });
  return { kind: 'patient', address: patientAddress(ins) };
}

const mediaTypes: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  rtf: 'application/rtf',
  txt: 'text/plain',
};

/** What standard input brings has no name: its first bytes tell the extension. */
function nameOf(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 5)).toString('latin1');
  const known: readonly (readonly [start: string, extension: string])[] = [
    ['%PDF-', 'pdf'],
    ['\u00ff\u00d8\u00ff', 'jpg'],
    ['\u0089PNG', 'png'],
    ['{\\rtf', 'rtf'],
    ['II*\0', 'tif'],
    ['MM\0*', 'tif'],
  ];
  return `piece-jointe.${known.find(([start]) => head.startsWith(start))?.[1] ?? 'bin'}`;
}

async function attachmentOf(file: string, io: CliIo): Promise<AttachmentDraft> {
  const bytes = await readInput(file, { io, maxBytes: defaultLimits.messageBytes });
  const name = file === '-' ? nameOf(bytes) : basename(file);
  return { name, mediaType: mediaTypes[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream', bytes };
}

/** One number for every document, or one for each. */
function caseNumbersOf(given: readonly string[], documents: number): readonly string[] {
  const [first = ''] = given;
  if (given.length === 1) return Array.from({ length: documents }, () => first);
  if (given.length === documents) return given;
  throw usageError(
    '--case-number takes one number for all documents, or one for each',
    '--case-number attend un numéro pour tous les documents, ou un pour chacun',
  );
}

/** Wrong combinations of options, before any file is read. */
export function checkMessageOptions(options: MessageOptions): void {
  const asked = requestsOf(options);
  if (asked.some((word) => word !== 'dsn' && word !== 'mdn'))
    throw usageError('--request is dsn, mdn or dsn,mdn', '--request vaut dsn, mdn ou dsn,mdn');
  if (options.cda === undefined && options.subject === undefined && options.inReplyTo === undefined) {
    throw usageError('without --cda a --subject is needed', 'sans --cda, il faut un --subject');
  }
}

const requestsOf = ({ request = '' }: MessageOptions): string[] => request.split(',').filter((word) => word !== '');

/** Reads the documents of a message. */
export async function readDocuments(context: CommandContext, options: MessageOptions): Promise<DocumentSet | undefined> {
  return options.cda === undefined ? undefined : readDocumentSet(context, options.cda);
}

/** Composes a message of files and options. */
export async function composeOf(
  context: CommandContext,
  options: MessageOptions,
  given: { readonly documents: DocumentSet | undefined; readonly compose?: Partial<ComposeOptions> },
): Promise<ComposedMessage> {
  checkMessageOptions(options);
  if (options.cda !== undefined && options.subject !== undefined) {
    note(
      context,
      "--subject est laissé de côté : l'objet est celui des documents",
      '--subject is left aside: the subject is that of the documents',
    );
  }
  const { documents } = given;
  const asked = requestsOf(options);
  let parent: ParentMessage | undefined;
  if (options.inReplyTo !== undefined) {
    const read = readMessage(await readInput(options.inReplyTo, { io: context.io, maxBytes: defaultLimits.messageBytes })).value;
    parent = { messageId: read.messageId ?? '', references: read.references, inReplyTo: read.inReplyTo, subject: read.subjectText };
  }
  const attachments: AttachmentDraft[] = [];
  for (const file of options.attach ?? []) attachments.push(await attachmentOf(file, context.io));
  const oid = documents?.patient.ins?.oid;
  const draft: MessageDraft = {
    from: senderOf(options.from, options.mailboxKind),
    to: options.to.map((address) => recipientOf(address, context, { insStatus: options.insStatus, oid })),
    attachments,
    request: { dsn: asked.includes('dsn'), mdn: asked.includes('mdn') },
    ...(documents === undefined ? {} : { documents }),
    ...(options.subject === undefined ? {} : { subject: options.subject }),
    ...(options.text === undefined ? {} : { text: await readText(options.text, context.io) }),
    ...(options.html === undefined ? {} : { html: await readText(options.html, context.io) }),
    ...(options.replyTo === undefined ? {} : { replyTo: options.replyTo }),
    ...(options.applicative === undefined ? {} : { applicativeContact: options.applicative }),
    ...(parent === undefined ? {} : { inReplyTo: parent }),
    ...(options.endConversation === true ? { endConversation: true } : {}),
    ...(documents === undefined || options.caseNumber === undefined
      ? {}
      : { caseNumbers: caseNumbersOf(options.caseNumber, documents.documents.length) }),
  };
  return composeMessage(draft, {
    profile: context.profile,
    environment: context.environment,
    render: pdfOptions(options),
    archive: { unknownClass: 'omit' },
    ...(options.nil === undefined ? {} : { nil: options.nil }),
    ...given.compose,
  });
}
