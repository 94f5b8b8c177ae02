import { stat } from 'node:fs/promises';

import { openWhiteList, parseWhiteList } from '@mss/annuaire-sync';
import { defaultLimits, isMssError, utf8Decode } from '@mss/core';
import { toAsciiDomain } from '@mss/formats/mime';
import type { ComposeOptions } from '@mss/message';

import type { MssConfig } from '../config/config.js';
import { configError, fileError } from '../errors.js';
import { readInput } from '../io.js';
import { note } from '../note.js';
import { domainOf } from './servers.js';
import type { Workplace } from './workplace.js';

/** The domains of the trust space, and when they were last confirmed. */
export interface OpenedWhiteList {
  readonly domains: number;
  /** `null`: there is no list yet. */
  readonly confirmedAt: Date | null;
  /** @throws MssError `ERR_MSS_ANNUAIRE_WHITE_LIST_NONE`, `…_STALE` */
  readonly isInTrustSpace: (address: string) => boolean;
}

type WhiteListConfig = NonNullable<MssConfig['whiteList']>;

const dayMs = 86_400_000;

/**
 * Opens the white list of the configuration: the last good copy of the published one, fetched again once a day; or a file of the
 * host's, the published XML or a domain a line with remarks after `#`. A domain below a listed one is not listed.
 *
 * A list that cannot be fetched now is said, and the last good copy goes on until it is too old.
 *
 * @throws MssError `ERR_MSS_CLI_FILE`, `ERR_MSS_CLI_CONFIG`, `ERR_MSS_ANNUAIRE_WHITE_LIST_*`
 */
export async function openConfiguredWhiteList(place: Workplace, list: WhiteListConfig): Promise<OpenedWhiteList> {
  if (list.url === undefined) return readList(place, list);
  const opened = await openWhiteList({
    policy: await place.policy(),
    url: list.url,
    file: list.file,
    maxAgeMs: (list.maxAgeDays ?? 30) * dayMs,
  });
  const { ageMs } = opened.status();
  if (ageMs === null || ageMs > dayMs) {
    await opened.refresh().catch((error: unknown) => {
      if (!isMssError(error)) throw error;
      note(
        place.context,
        `la liste blanche n'a pas pu être relue (${error.code})`,
        `the white list could not be fetched again (${error.code})`,
      );
    });
  }
  const { domains, confirmedAt } = opened.status();
  return { domains, confirmedAt, isInTrustSpace: opened.isInTrustSpace };
}

async function readList(place: Workplace, { file }: WhiteListConfig): Promise<OpenedWhiteList> {
  const bytes = await readInput(file, { io: place.context.io, maxBytes: defaultLimits.messageBytes });
  const text = utf8Decode(bytes);
  const names = /^\s*</.test(text)
    ? parseWhiteList(bytes).value
    : text.split(/\r?\n/).flatMap((line) => toAsciiDomain(line.replace(/#.*/, '').trim()) ?? []);
  const domains = new Set(names.filter((name) => name !== ''));
  // An empty list would refuse everybody, and hide that the file is another one.
  if (domains.size === 0) throw configError('"whiteList.file" holds no domain', '« whiteList.file » ne contient aucun domaine');
  const { mtime } = await stat(file).catch((error: unknown) => {
    throw fileError('the white list could not be read', error);
  });
  return {
    domains: domains.size,
    confirmedAt: mtime,
    isInTrustSpace: (address) => domains.has(toAsciiDomain(domainOf(address)) ?? ''),
  };
}

/** The white list of the configuration for `composeMessage`; nothing without one. */
export async function trustSpaceOf(place: Workplace): Promise<Pick<ComposeOptions, 'isInTrustSpace'>> {
  const { whiteList } = place.config;
  if (whiteList === undefined) return {};
  const { isInTrustSpace } = await openConfiguredWhiteList(place, whiteList);
  return { isInTrustSpace };
}
