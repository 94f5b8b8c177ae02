import type { StorageBudget } from './budget.js';
import { Folder, type SpecialUse } from './folder.js';

/** The separator of folder names. */
export const hierarchySeparator = '/';

const standardFolders: readonly { readonly name: string; readonly specialUse: SpecialUse | null }[] = [
  { name: 'INBOX', specialUse: null },
  { name: 'Sent', specialUse: '\\Sent' },
  { name: 'Drafts', specialUse: '\\Drafts' },
  { name: 'Trash', specialUse: '\\Trash' },
];

const maxFolders = 500;
const maxNameLength = 255;

/** The folders of one account. INBOX is found in any letter case; other names are taken as they are. */
export class Mailbox {
  readonly #budget: StorageBudget;
  readonly #quotaBytes: number | null;
  readonly #folders = new Map<string, Folder>();
  #lastValidity: number;

  /** @param options.now - the first UIDVALIDITY comes from it, so that a later sandbox has another one. */
  constructor(options: { readonly budget: StorageBudget; readonly quotaBytes: number | null; readonly now: Date }) {
    this.#budget = options.budget;
    this.#quotaBytes = options.quotaBytes;
    this.#lastValidity = Math.floor(options.now.getTime() / 1000) % 0xffff_0000;
    for (const { name, specialUse } of standardFolders) this.#add(name, specialUse);
  }

  get folders(): readonly Folder[] {
    return [...this.#folders.values()];
  }

  /** The mailbox's own quota, or what all mailboxes share. */
  get quotaBytes(): number {
    return this.#quotaBytes ?? this.#budget.limitBytes;
  }

  get usedBytes(): number {
    return this.folders.reduce((sum, folder) => sum + folder.bytes, 0);
  }

  /** Whether so many bytes more are within the quota. */
  hasRoomFor(bytes: number): boolean {
    return this.#quotaBytes === null || this.usedBytes + bytes <= this.#quotaBytes;
  }

  get inbox(): Folder {
    const inbox = this.#folders.get('INBOX');
    if (inbox === undefined) throw new TypeError('a mailbox has an INBOX');
    return inbox;
  }

  folder(name: string): Folder | undefined {
    return this.#folders.get(canonical(name));
  }

  /** The new folder, or `null` when the name is taken, empty, or there are too many. */
  create(name: string): Folder | null {
    const clean = canonical(name.endsWith(hierarchySeparator) ? name.slice(0, -1) : name);
    if (
      clean === '' ||
      clean.length > maxNameLength ||
      clean.split(hierarchySeparator).includes('') ||
      this.#folders.has(clean) ||
      this.#folders.size >= maxFolders
    )
      return null;
    return this.#add(clean, null);
  }

  /** Folders with a role stay. */
  delete(name: string): boolean {
    const folder = this.folder(name);
    if (folder === undefined || folder.name === 'INBOX' || folder.specialUse !== null || this.#children(folder.name).length > 0)
      return false;
    folder.expunge(new Set(folder.messages.map(({ uid }) => uid)));
    return this.#folders.delete(folder.name);
  }

  rename(from: string, to: string): boolean {
    const folder = this.folder(from);
    const target = canonical(to);
    if (
      folder === undefined ||
      folder.name === 'INBOX' ||
      folder.specialUse !== null ||
      target === '' ||
      target.length > maxNameLength ||
      this.#folders.has(target)
    )
      return false;
    for (const moved of [folder, ...this.#children(folder.name)]) {
      this.#folders.delete(moved.name);
      moved.name = target + moved.name.slice(canonical(from).length);
      this.#folders.set(moved.name, moved);
    }
    return true;
  }

  #children(name: string): Folder[] {
    return this.folders.filter((folder) => folder.name.startsWith(name + hierarchySeparator));
  }

  #add(name: string, specialUse: SpecialUse | null): Folder {
    this.#lastValidity += 1;
    const folder = new Folder({ name, specialUse, uidValidity: this.#lastValidity, budget: this.#budget });
    this.#folders.set(name, folder);
    return folder;
  }
}

function canonical(name: string): string {
  return /^inbox($|\/)/i.test(name) ? `INBOX${name.slice(5)}` : name;
}
