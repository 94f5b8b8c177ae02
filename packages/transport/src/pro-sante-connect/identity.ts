import { fetchUserInfo, skipSubjectCheck, type UserInfoResponse } from 'openid-client';
import type { BackChannel } from './back-channel.js';
import { pscError } from './errors.js';
import type { PscIdentity } from './types.js';

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' && value.length <= 200 ? value : null);

/**
 * Who it is, from the user information. Everything may be missing: the form of Pro Santé Connect is known from public code, not
 * from its specification.
 *
 * | field | claim |
 * |---|---|
 * | `nationalId` | `SubjectNameID`, else `preferred_username` |
 * | `rpps` | the eleven digits after a leading `8` |
 * | `professionCodes` | `SubjectRefPro.exercices[].codeProfession` |
 */
function identityOf(claims: UserInfoResponse): PscIdentity {
  const nationalId = [claims['SubjectNameID'], claims['preferred_username']]
    .map(text)
    .find((one) => one !== null && /^[0-9A-Za-z]{1,32}$/.test(one));
  const professional = claims['SubjectRefPro'] as { readonly exercices?: unknown } | null | undefined;
  const practices: readonly unknown[] = Array.isArray(professional?.exercices) ? professional.exercices.slice(0, 50) : [];
  const codes = practices
    .map((one) => text((one as { readonly codeProfession?: unknown } | null)?.codeProfession))
    .filter((code) => code !== null);
  return Object.freeze({
    subject: claims.sub,
    nationalId: nationalId ?? null,
    rpps: /^8(\d{11})$/.exec(nationalId ?? '')?.[1] ?? null,
    familyName: text(claims.family_name),
    givenName: text(claims.given_name),
    professionCodes: Object.freeze([...new Set(codes)]),
  });
}

/**
 * Asks Pro Santé Connect who an access token stands for.
 *
 * @throws ERR_MSS_PSC_IDENTITY when that is not the subject of the ID token (OpenID Connect Core §5.3.2), and what a call throws
 */
export async function fetchIdentity(
  channel: BackChannel,
  { accessToken, subject, signal }: { readonly accessToken: string; readonly subject: string; readonly signal?: AbortSignal | undefined },
): Promise<PscIdentity> {
  const claims = await channel.call((configuration) => fetchUserInfo(configuration, accessToken, skipSubjectCheck), signal);
  if (claims.sub === subject) return identityOf(claims);
  throw pscError('ERR_MSS_PSC_IDENTITY', 'the user information is of another person than the ID token');
}
