import { Buffer } from 'node:buffer';
import { departmentOfPostcode } from '../directory/index.js';
import { fieldBits, fieldMask, fieldNumber } from './fields.js';
import { alphabeticalForm, nameKey } from './fold.js';
import { GrowingUint32Array } from './growing-array.js';
import { startOfField, layoutOf, type IndexedLine } from './indexable.js';
import { valueKinds, type ValueKind } from './index-terms.js';
import { countingSort, facetsInOrder, inOrder, placesInOrder, ranksOf, sortTerms } from './alphabet.js';
import { countTerms, invert } from './invert.js';
import { costOfEntry } from './score.js';
import type { Facet } from './segment.js';
import { PartCutter, type SegmentPart } from './segment-format.js';
import { FacetList, ValueTerms } from './value-terms.js';
import { ValueTable } from './value-table.js';

const maxTermsOfEntry = 255;

/** Collects entries, then makes one segment of them. */
export class SegmentBuilder {
  readonly #termIds = new Map<string, number>();
  readonly #kinds: Readonly<Record<ValueKind, ValueTerms>>;
  readonly #types = new ValueTable();
  readonly #facetLists: Readonly<Record<Facet, FacetList>>;
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
    const family = this.#take('family', entry, layout.family);
    this.#family.push(family + 1);
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
    this.#costs.push(costOfEntry(this.#scratch, { count: this.#count, hasAddress: layout.address >= 0, isPerson: family >= 0 }));
    for (let at = 0; at < this.#count; at += 1) this.#forward.push(this.#scratch[at] as number);
    this.#ends.push(this.#forward.length);
  }

  /** The segment, each array as soon as it is made; the builder is empty and done for. */
  *finish(): Generator<SegmentPart> {
    const cutter = new PartCutter();
    const { terms, rankOf } = sortTerms(this.#termIds);
    this.#termIds.clear();
    yield* cutter.cut('terms', Buffer.from(terms.join('\n'), 'latin1'));
    const { type, profession, specialty, department } = this.#facetLists;
    const facetValues = { type: type.values, profession: profession.values, specialty: specialty.values, department: department.values };
    yield* cutter.cut('facetValues', Buffer.from(JSON.stringify(facetValues), 'utf8'));
    const families = this.#family.drain();
    const order = this.#alphabetical(families);
    yield* cutter.cut('nameKeys', inOrder(order, families.map(this.#nameKeys())));
    yield* cutter.cut('entryIds', inOrder(order, this.#ids.drain()));
    yield* cutter.cut('costs', Uint8Array.from(inOrder(order, this.#costs.drain())));
    yield* cutter.cut('facets', facetsInOrder(order, this.#facets.drain()));
    const { forwardStart, forwardLength } = placesInOrder(order, this.#ends.drain());
    yield* cutter.cut('forwardStart', forwardStart);
    yield* cutter.cut('forwardLength', forwardLength);
    this.#forward.map((packed) => ((rankOf[packed >>> fieldBits] as number) << fieldBits) | (packed & fieldMask));
    for (const chunk of this.#forward.chunks()) yield* cutter.cut('forward', chunk);
    const forward = { terms: terms.length, forward: this.#forward, forwardStart, forwardLength };
    const { runs, shares } = countTerms(forward);
    yield* cutter.cut('runs', runs);
    yield* cutter.cut('shares', shares);
    for (const postings of invert(forward, runs)) yield* cutter.cut('postings', postings);
    yield* cutter.end();
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
        start = byte === atSign ? at : at + 1;
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
  #alphabetical(families: Uint32Array): Uint32Array {
    const byGiven = countingSort(null, this.#given.drain(), this.#ranks('given'));
    return countingSort(byGiven, families, this.#ranks('family'));
  }

  #nameKeys(): (family: number) => number {
    const { table } = this.#kinds.family;
    const keys = Uint32Array.from({ length: table.size }, (_, id) => nameKey(alphabeticalForm(table.textOf(id))));
    return (family) => (family === 0 ? 0 : (keys[family - 1] as number));
  }

  #ranks(kind: 'family' | 'given'): Uint32Array {
    const ranks = ranksOf(this.#kinds[kind].table, alphabeticalForm);
    const withNone = new Uint32Array(ranks.length + 1);
    for (let id = 0; id < ranks.length; id += 1) withNone[id + 1] = (ranks[id] as number) + 1;
    return withNone;
  }
}

const atSign = 0x40;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
/** Every byte of a letter that is no ASCII letter is above 0x7f. */
const isLetter = (byte: number): boolean => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte > 0x7f;
