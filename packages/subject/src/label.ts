import { getProfile, MssError, type ProfileId } from '@mss/core';

import type { SubjectErrorCode } from './errors.js';
import { truncateLabel } from './text.js';

/** What the mail or the file holds: the label of one document, or how many documents. */
export interface LabelSource {
  /** `code/@displayName` of the document; not needed for several documents. */
  readonly label?: string | null;
  /** Number of CDA documents; default 1. */
  readonly documentCount?: number;
}

/**
 * `<libellé>`: the type label cut at 40 code points, or "N documents" as soon as there are several.
 *
 * The text says "N documents" when the types differ and nothing when they are the same; several documents of one type
 * are "N documents" too.
 *
 * @throws MssError `ERR_MSS_SUBJECT_DOCUMENT_COUNT`
 * @throws MssError `ERR_MSS_SUBJECT_LABEL_MISSING`
 * @see Référentiel #2 v0.1, ECO.2.1.3 and ECO.2.1.6
 */
export function formatLabel(source: LabelSource, options: { readonly profile?: ProfileId; readonly requirement?: string } = {}): string {
  const { requirement = 'ECO.2.1.3' } = options;
  const count = source.documentCount ?? 1;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new MssError<SubjectErrorCode>('ERR_MSS_SUBJECT_DOCUMENT_COUNT', 'the number of documents must be a positive integer', {
      requirement,
    });
  }
  if (count > 1) return `${count} documents`;
  const label = truncateLabel(source.label ?? '', getProfile(options.profile).message.labelCodePoints);
  if (label === '') {
    throw new MssError<SubjectErrorCode>('ERR_MSS_SUBJECT_LABEL_MISSING', 'the document has no type label (code/@displayName)', {
      requirement,
    });
  }
  return label;
}
