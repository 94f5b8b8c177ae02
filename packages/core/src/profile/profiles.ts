import { requirementsOfVersion01, requirementsOfVersion101 } from './requirements.js';
import type { Profile, ProfileId } from './types.js';

/** The four suites of ECO.1.1.3 in the order of the text. */
const suitesOfEco113 = Object.freeze([
  { code: 0xc030, iana: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', openssl: 'ECDHE-RSA-AES256-GCM-SHA384' },
  { code: 0xc02f, iana: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', openssl: 'ECDHE-RSA-AES128-GCM-SHA256' },
  { code: 0xc028, iana: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384', openssl: 'ECDHE-RSA-AES256-SHA384' },
  { code: 0xc027, iana: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256', openssl: 'ECDHE-RSA-AES128-SHA256' },
]);

/** "25 Mo" of the Mon espace santé note for editors, V1.3 §6. */
const patientMessageBytes = 25 * 1000 * 1000;

const version01: Profile = Object.freeze<Profile>({
  id: 'ref2-0.1',
  document: 'Référentiel socle MSSanté #2 Clients de Messageries Sécurisées de Santé, v0.1, 14/06/2021',
  tls: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', suites: suitesOfEco113, igcSanteOnly: false },
  message: { labelCodePoints: 40, xMssHeaders: false, endOfConversation: false, utf8: 'should', mdnRequest: 'may', patientMessageBytes },
  pdf: { level1: 'header-and-embedded' },
  ins: { derogationUntil: '2022-12-31' },
  requirements: requirementsOfVersion01,
});

// The cipher list of v1.0.1 is not public: the four suites of v0.1 stay for TLS 1.2, and TLS 1.3 is allowed.
const version101: Profile = Object.freeze<Profile>({
  id: 'ref2-1.0.1',
  document: 'Référentiel socle MSSanté #2 Clients de messageries, v1.0.1, 18/01/2024 (as far as publicly known)',
  tls: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', suites: suitesOfEco113, igcSanteOnly: true },
  message: { labelCodePoints: 40, xMssHeaders: true, endOfConversation: true, utf8: 'shall', mdnRequest: 'shall', patientMessageBytes },
  pdf: { level1: 'embedded' },
  ins: { derogationUntil: null },
  requirements: requirementsOfVersion101,
});

const profiles: Readonly<Record<ProfileId, Profile>> = Object.freeze({ 'ref2-0.1': version01, 'ref2-1.0.1': version101 });

/** The ids of the known profiles, the default first. */
export const profileIds: readonly ProfileId[] = Object.freeze(['ref2-0.1', 'ref2-1.0.1']);

/** Whether a text from outside names a profile. */
export function isProfileId(text: string): text is ProfileId {
  return (profileIds as readonly string[]).includes(text);
}

/** The data of a profile; `ref2-0.1` when none is named. */
export function getProfile(id: ProfileId = 'ref2-0.1'): Profile {
  return profiles[id];
}
