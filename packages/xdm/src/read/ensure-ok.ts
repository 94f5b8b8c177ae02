import { MssError, type PatientTraits } from '@mss/core';

import type { XdmErrorCode } from '../errors.js';
import type { XdmArchive } from './archive.js';

/**
 * The archive, when it may be filed; else its first problem is thrown.
 *
 * @throws MssError every code of {@link XdmProblemCode}, with `details.where`, `fields`, `cause`, `evidence` and the
 * number of problems.
 */
export function ensureXdmOk(archive: XdmArchive): XdmArchive & { readonly ok: true; readonly patient: PatientTraits } {
  const [problem] = archive.problems;
  const { ok, patient } = archive;
  if (ok && patient !== null) return { ...archive, ok, patient };
  const { code, message, requirement, where, ...rest } = problem ?? {
    code: 'ERR_MSS_XDM_TWO_PATIENTS' as const,
    message: 'METADATA.XML names two patients',
    requirement: 'ECO.2.1.1',
    where: '',
  };
  throw new MssError<XdmErrorCode>(code, message, {
    ...(requirement === null ? {} : { requirement }),
    details: { where, ...rest, problems: archive.problems.length },
  });
}
