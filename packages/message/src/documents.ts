import { caseNumber, serviceStart, type DocumentSet } from '@mss/cda';
import { disambiguateNames, formatPdfName } from '@mss/subject';
import { buildXdm, type XdmMissingAttribute } from '@mss/xdm';

import { archiveFileName } from './archive-name.js';
import type { AttachmentDraft, ComposeOptions, MessageDraft } from './draft.js';

/** The attachments that documents become, and what was noticed on the way. */
export interface DocumentAttachments {
  readonly attachments: readonly AttachmentDraft[];
  /** Attributes of METADATA.XML that neither the documents nor the host gave. */
  readonly missingMetadata: readonly XdmMissingAttribute[];
  /** Parts of the documents that the PDF cannot show and names instead. */
  readonly unrendered: readonly { readonly document: number; readonly code: string; readonly where: string }[];
}

/**
 * IHE_XDM.ZIP and the PDF/A-1 of the same documents, both derived from the one set (ECO.2.1.1, 2.1.4 to 2.1.6).
 *
 * @param at - the instant of composition: submission time of the archive.
 */
export async function attachDocuments(
  set: DocumentSet,
  context: { readonly draft: MessageDraft; readonly options: ComposeOptions; readonly at: Date },
): Promise<DocumentAttachments> {
  const { draft, options, at } = context;
  const profile = options.profile === undefined ? {} : { profile: options.profile };
  const limits = options.limits === undefined ? {} : { limits: options.limits };
  const archive = buildXdm(set, {
    submissionTime: at,
    ...(options.random === undefined ? {} : { random: options.random }),
    ...options.archive,
  });
  // With the first document: software that only receives needs no PDF engine in its memory.
  const { joinCdaPdfs, renderCdaPdf } = await import('@mss/cda-pdf');
  const rendered = [];
  for (const document of set.documents) rendered.push(await renderCdaPdf(document, { ...options.render, ...profile, ...limits }));
  const unrendered = rendered.flatMap((pdf, document) => pdf.unrendered.map(({ code, where }) => ({ document, code, where })));

  const caseNumberOf = (index: number): string | null => {
    const given = draft.caseNumbers?.[index];
    const document = set.documents[index];
    return given === undefined && document !== undefined ? caseNumber(document.header) : (given ?? null);
  };
  const nameOf = (index: number, documentCount: number): string => {
    const header = (set.documents[index] ?? set.documents[0]).header;
    return formatPdfName(
      {
        actDate: serviceStart(header),
        label: header.code.displayName,
        documentCount,
        patient: set.patient,
        caseNumber: caseNumberOf(index),
      },
      profile,
    );
  };
  const joined = options.pdf === 'joined' && rendered.length > 1;
  const names = joined ? [nameOf(0, rendered.length)] : disambiguateNames(rendered.map((_pdf, index) => nameOf(index, 1)));
  const files = joined
    ? [
        await joinCdaPdfs(
          rendered.map((pdf) => pdf.bytes),
          limits,
        ),
      ]
    : rendered.map((pdf) => pdf.bytes);
  return {
    attachments: [
      { name: archiveFileName, mediaType: 'application/zip', bytes: archive.bytes },
      ...files.map((bytes, index) => ({ name: names[index] ?? `document-${index + 1}.pdf`, mediaType: 'application/pdf', bytes })),
    ],
    missingMetadata: archive.missing,
    unrendered,
  };
}
