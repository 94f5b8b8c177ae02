import { departmentOfPostcode } from '../directory/index.js';
import { fieldBits, fieldMask, fieldNumber } from './fields.js';
import { foldText } from './fold.js';
import { GrowingUint32Array } from './growing-array.js';
import { startOfField, layoutOf, type IndexedLine } from './indexable.js';
import { valueKinds, type ValueKind } from './index-terms.js';
import { countingSort, invert, ranksOf, sortTerms } from './invert.js';
import { costOfEntry } from './score.js';
import { facetNames, type Segment } from './segment.js';
import { FacetList, ValueTerms } from './value-terms.js';
import { ValueTable } from './value-table.js';

const maxTermsOfEntry = 255;

/** Collects entries, then makes one segment of them. */
export class SegmentBuilder {
  readonly #termIds = new Map<string, number>();
  readonly #kinds: Readonly<Record<ValueKind, ValueTerms>>;
  readonly #types = new ValueTable();
  readonly #facetLists: Readonly<Record<(typeof facetNames)[number], FacetList>>;
  readonly #ids = new GrowingUint32Array();
  readonly #family = new GrowingUint32Array();
  readonly #given = new GrowingUint32Array();
  /** Two facets in one number. */
  readonly #facets = new GrowingUint32Array();
  /** Where the terms of an entry end. */
  readonly #ends = new GrowingUint32Array();
  readonly #costs = new GrowingUint32Array();
  readonly #forward = new GrowingUint32Array();
  readonly #scratch = new Uint32Array(maxTermsOfEntry);
  #count = 0;

  constructor() {
    const termId = (term: string): number => this.#termId(term);
    this.#kinds = Object.fromEntries(valueKinds.map((kind) => [kind, new ValueTerms(kind, termId)])) as Record<ValueKind, ValueTerms>;
    this.#facetLists = {
      type: new FacetList(this.#types, (text) => text.toUpperCase()),
      profession: new FacetList(this.#kinds.profession.table),
      specialty: new FacetList(this.#kinds.profession.table),
      department: new FacetList(this.#kinds.postcode.table, (text) => departmentOfPostcode(text) ?? ''),
    };
  }

  get size(): number {
    return this.#ids.length;
  }

  add(entry: IndexedLine): void {
    const layout = layoutOf(entry.id);
    this.#count = 0;
    this.#family.push(this.#take('family', entry, layout.family) + 1);
    this.#given.push(this.#take('given', entry, layout.given) + 1);
    const profession = this.#take('profession', entry, layout.profession);
    const specialty = this.#take('profession', entry, layout.specialty);
    const postcode = this.#take('postcode', entry, layout.postalCode);
    for (const column of layout.cities) this.#take('city', entry, column);
    for (const column of layout.organisations) this.#take('organisation', entry, column);
    this.#takeAddress(entry, layout.address);
    const { type, profession: professions, specialty: specialties, department } = this.#facetLists;
    this.#facets.push(type.idOf(this.#type(entry, layout.type)) | (professions.idOf(profession) << 16));
    this.#facets.push(specialties.idOf(specialty) | (department.idOf(postcode) << 16));
    this.#ids.push(entry.id);
    this.#costs.push(costOfEntry(this.#scratch, { count: this.#count, hasAddress: layout.address >= 0 }));
    for (let at = 0; at < this.#count; at += 1) this.#forward.push(this.#scratch[at] as number);
    this.#ends.push(this.#forward.length);
  }

  /** @returns the segment; the builder is empty and done for. */
  finish(): Segment {
    const docs = this.#ids.length;
    const { terms, rankOf } = sortTerms(this.#termIds);
    this.#termIds.clear();
    const order = this.#alphabetical();
    const ids = this.#ids.drain();
    const ends = this.#ends.drain();
    const docCosts = this.#costs.drain();
    const docFacets = this.#facets.drain();
    const entryIds = new Uint32Array(docs);
    const forwardStart = new Uint32Array(docs);
    const forwardLength = new Uint8Array(docs);
    const costs = new Uint8Array(docs);
    const facets = new Uint16Array(docs * facetNames.length);
    for (let ordinal = 0; ordinal < docs; ordinal += 1) {
      const doc = order[ordinal] as number;
      const start = doc === 0 ? 0 : (ends[doc - 1] as number);
      entryIds[ordinal] = ids[doc] as number;
      forwardStart[ordinal] = start;
      forwardLength[ordinal] = (ends[doc] as number) - start;
      costs[ordinal] = docCosts[doc] as number;
      for (let pair = 0; pair < 2; pair += 1) {
        const both = docFacets[doc * 2 + pair] as number;
        facets[ordinal * 4 + pair * 2] = both & 0xffff;
        facets[ordinal * 4 + pair * 2 + 1] = both >>> 16;
      }
    }
    const forward = this.#forward.drain((packed) => ((rankOf[packed >>> fieldBits] as number) << fieldBits) | (packed & fieldMask));
    const index = invert({ terms: terms.length, forward, forwardStart, forwardLength });
    const { type, profession, specialty, department } = this.#facetLists;
    const facetValues = { type: type.values, profession: profession.values, specialty: specialty.values, department: department.values };
    return { terms, ...index, forwardStart, forwardLength, forward, costs, entryIds, facets, facetValues };
  }

  /** Adds the terms of a value to those of the entry. @returns the number of the value, -1 when it is empty */
  #take(kind: ValueKind, { line, ends, columns }: IndexedLine, column: number): number {
    if (column < 0 || column >= columns) return -1;
    const start = startOfField(ends, column);
    const end = ends[column] as number;
    return start === end ? -1 : this.#takeTerms(this.#kinds[kind], line, start, end);
  }

  #takeTerms(values: ValueTerms, line: Uint8Array, start: number, end: number): number {
    const id = values.idOf(line, start, end);
    const { pool } = values;
    const last = values.endOf(id);
    for (let at = values.startOf(id); at < last; at += 1) this.#takeTerm(pool[at] as number);
    return id;
  }

  #type({ line, ends, columns }: IndexedLine, column: number): number {
    if (column < 0 || column >= columns) return -1;
    const start = startOfField(ends, column);
    return start === ends[column] ? -1 : this.#types.idOf(line, start, ends[column] as number);
  }

  /** Whole addresses never repeat; their domains and the words before them nearly always do. */
  #takeAddress({ line, ends, columns }: IndexedLine, column: number): void {
    if (column < 0 || column >= columns) return;
    const end = ends[column] as number;
    const values = this.#kinds.address;
    let start = startOfField(ends, column);
    let isName = true;
    for (let at = start; at <= end; at += 1) {
      const byte = at === end ? 0 : (line[at] as number);
      if (isDigit(byte)) isName = false;
      else if (!isLetter(byte)) {
        if (isName && at - start > 2) this.#takeTerms(values, line, start, at);
        start = at + 1;
        isName = true;
        if (byte === atSign) break;
      }
    }
    if (start < end) this.#takeTerms(values, line, start, end);
  }

  /** A term that is there already is not repeated in a field that only repeats it. */
  #takeTerm(packed: number): void {
    const scratch = this.#scratch;
    const field = packed & fieldMask;
    const repeats = field === fieldNumber.address || field === fieldNumber.joined;
    for (let at = 0; at < this.#count; at += 1) {
      const other = scratch[at] as number;
      if (other === packed || (repeats && other >>> fieldBits === packed >>> fieldBits)) return;
    }
    if (this.#count === maxTermsOfEntry) return;
    scratch[this.#count] = packed;
    this.#count += 1;
  }

  #termId(term: string): number {
    let id = this.#termIds.get(term);
    if (id === undefined) this.#termIds.set(term, (id = this.#termIds.size));
    return id;
  }

  /** Entries by family name, then given name, those without a name first: two counting sorts, the later one stable. */
  #alphabetical(): Uint32Array {
    const byGiven = countingSort(null, this.#given.drain(), this.#ranks('given'));
    return countingSort(byGiven, this.#family.drain(), this.#ranks('family'));
  }

  #ranks(kind: 'family' | 'given'): Uint32Array {
    const ranks = ranksOf(this.#kinds[kind].table, foldText);
    const withNone = new Uint32Array(ranks.length + 1);
    for (let id = 0; id < ranks.length; id += 1) withNone[id + 1] = (ranks[id] as number) + 1;
    return withNone;
  }
}

const atSign = 0x40;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
/** Every byte of a letter that is no ASCII letter is above 0x7f. */
const isLetter = (byte: number): boolean => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte > 0x7f;
