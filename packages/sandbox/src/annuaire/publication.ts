import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { writeZip } from '@mss/formats/zip';
import { drawn } from './draw.js';
import type { MailboxEntry } from './entry.js';
import { mailboxText, professionalTexts, type Activity } from './extraction-files.js';
import { domainsOf, firstWithoutMailbox, mailboxAt, professionalAt, structureAt, structureCount } from './generate.js';
import type { PublishedFile } from './published-file.js';
import { internationalDomain, whiteListXml } from './white-list.js';

const dayMs = 86_400_000;

export interface PublicationOptions {
  /** Made-up mailboxes. */
  readonly mailboxes: number;
  readonly publishedAt: Date;
  /** The accounts as they stand now. */
  readonly accountEntries: () => readonly MailboxEntry[];
  /** Of the trust space, beside those of the made-up mailboxes. */
  readonly domains: readonly string[];
}

/** The names under which the server has its files. */
export type PublishedName = 'Extraction_Correspondance_MSSante' | 'PS_LibreAcces' | 'white-list';

/** What is published today: files are made when they are first asked for, and stay the same all day. */
export class Publication {
  /** Of the white list, international ones in Unicode. */
  readonly domains: readonly string[];
  readonly #options: PublicationOptions;
  readonly #structures: number;
  readonly #files = new Map<PublishedName, PublishedFile>();
  /** Numbers of the made-up mailboxes, and those whose flag has changed. */
  #numbers: number[];
  readonly #changed = new Set<number>();
  #next: number;
  #day = 0;
  #accounts: readonly MailboxEntry[] | null = null;

  constructor(options: PublicationOptions) {
    this.#options = options;
    this.#structures = structureCount(options.mailboxes);
    this.#numbers = Array.from({ length: options.mailboxes }, (_, index) => index);
    this.#next = options.mailboxes;
    this.domains = [...new Set([...options.domains, ...domainsOf(this.#structures), internationalDomain])].sort();
  }

  /** The same domains as they are in DNS and in envelopes. */
  get asciiDomains(): readonly string[] {
    return this.domains.map((domain) => domainToASCII(domain)).filter((domain) => domain !== '');
  }

  file(name: PublishedName): PublishedFile {
    let file = this.#files.get(name);
    if (file === undefined) {
      file = this.#make(name);
      this.#files.set(name, file);
    }
    return file;
  }

  /** @param percent - of the made-up mailboxes; at least one each goes, comes and changes, unless 0. */
  nextDay(percent: number): void {
    this.#day += 1;
    this.#files.clear();
    this.#accounts = null;
    const each = percent === 0 ? 0 : Math.max(1, Math.round((this.#numbers.length * percent) / 300));
    for (let count = 0; count < each && this.#numbers.length > 0; count += 1) {
      this.#numbers.splice(drawn(this.#numbers.length, this.#day, count, 1), 1);
      const changed = this.#numbers[drawn(Math.max(1, this.#numbers.length), this.#day, count, 2)];
      if (changed !== undefined && !this.#changed.delete(changed)) this.#changed.add(changed);
    }
    for (let count = 0; count < each; count += 1) {
      this.#numbers.push(this.#next);
      this.#next += 1;
    }
  }

  #mailboxes(): readonly MailboxEntry[] {
    this.#accounts ??= this.#options.accountEntries();
    const made = this.#numbers.map((number) => {
      const entry = mailboxAt(number, this.#structures);
      return this.#changed.has(number) ? { ...entry, dematerialisation: !entry.dematerialisation } : entry;
    });
    return [...this.#accounts, ...made];
  }

  #activities(): readonly Activity[] {
    const withMailbox = this.#mailboxes().flatMap(({ professional, structure }) =>
      professional === null ? [] : [{ professional, structure }],
    );
    const without = Array.from({ length: Math.floor(this.#options.mailboxes / 2) }, (_, index) => ({
      professional: professionalAt(firstWithoutMailbox + index),
      structure: structureAt(drawn(this.#structures, 3, index)),
    }));
    return [...withMailbox, ...without];
  }

  #make(name: PublishedName): PublishedFile {
    const modifiedAt = new Date(this.#options.publishedAt.getTime() + this.#day * dayMs);
    const stamp = modifiedAt.toISOString().replace(/\D/g, '').slice(0, 12);
    if (name === 'white-list') {
      return published(whiteListXml(this.domains), { modifiedAt, mediaType: 'application/xml', name: 'listeblanchemssante.xml' });
    }
    const texts: Readonly<Record<string, Uint8Array>> =
      name === 'PS_LibreAcces'
        ? Object.fromEntries(Object.entries(professionalTexts(this.#activities())).map(([part, bytes]) => [`${name}_${part}`, bytes]))
        : { [name]: mailboxText(this.#mailboxes()) };
    const zip = writeZip(
      Object.entries(texts).map(([part, bytes]) => ({ name: `${part}_${stamp}.txt`, bytes })),
      { modifiedAt },
    );
    return published(zip, { modifiedAt, mediaType: 'application/zip', name: `${name}_${stamp}.zip` });
  }
}

function published(bytes: Uint8Array, facts: Pick<PublishedFile, 'modifiedAt' | 'mediaType' | 'name'>): PublishedFile {
  return { ...facts, bytes, etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 24)}"` };
}
