import { getProfile, type Profile, type ProfileId, type TlsRules } from '@mss/core';

/** `operator`: ECO.1.1.1 to 1.1.3 to the letter. `public-web`: public mirrors and Pro Santé Connect, TLS 1.2 or above. */
export type PolicyKind = 'operator' | 'public-web';

const suite = (code: number, iana: string, openssl: string): TlsRules['suites'][number] => Object.freeze({ code, iana, openssl });

/** ECDHE with authenticated encryption, RSA and ECDSA: what public sites of today negotiate. */
const publicWebRules: TlsRules = Object.freeze({
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  suites: Object.freeze([
    suite(0xc02c, 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ECDHE-ECDSA-AES256-GCM-SHA384'),
    suite(0xc030, 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'),
    suite(0xc02b, 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'),
    suite(0xc02f, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'),
    suite(0xcca9, 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'),
    suite(0xcca8, 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'),
  ]),
  igcSanteOnly: false,
});

/** What a policy negotiates, and the profile it answers to. */
export interface ResolvedRules {
  readonly profile: Profile;
  readonly rules: TlsRules;
}

export function resolveRules(profileId: ProfileId | undefined, kind: PolicyKind): ResolvedRules {
  const profile = getProfile(profileId);
  return { profile, rules: kind === 'public-web' ? publicWebRules : profile.tls };
}
