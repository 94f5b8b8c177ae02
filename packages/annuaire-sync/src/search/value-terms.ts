import { fieldBits } from './fields.js';
import { termsOfValue, type ValueKind } from './index-terms.js';
import { ValueTable } from './value-table.js';

/** The distinct values of one kind, and the terms of each, worked out when it is first seen. */
export class ValueTerms {
  readonly table: ValueTable = new ValueTable();
  readonly #kind: ValueKind;
  readonly #termId: (term: string) => number;
  /** Numbers of terms with their fields; those of value v end at `#ends[v]`. */
  #pool = new Uint32Array(1024);
  #ends = new Uint32Array(1024);
  #size = 0;

  constructor(kind: ValueKind, termId: (term: string) => number) {
    this.#kind = kind;
    this.#termId = termId;
  }

  get pool(): Uint32Array {
    return this.#pool;
  }

  /** @returns the number of the value; its terms are `pool` from {@link startOf} to {@link endOf} */
  idOf(line: Uint8Array, start: number, end: number): number {
    const id = this.table.idOf(line, start, end);
    if (id === this.#size) this.#read(id);
    return id;
  }

  startOf(id: number): number {
    return id === 0 ? 0 : (this.#ends[id - 1] as number);
  }

  endOf(id: number): number {
    return this.#ends[id] as number;
  }

  #read(id: number): void {
    const terms = termsOfValue(this.#kind, this.table.textOf(id));
    let end = this.startOf(id);
    if (end + terms.length > this.#pool.length) this.#pool = larger(this.#pool);
    for (const { term, field } of terms) {
      this.#pool[end] = (this.#termId(term) << fieldBits) | field;
      end += 1;
    }
    if (id === this.#ends.length) this.#ends = larger(this.#ends);
    this.#ends[id] = end;
    this.#size = id + 1;
  }
}

function larger(from: Uint32Array): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(from.length * 2);
  to.set(from);
  return to;
}

/** The values of one facet that are in use, numbered from 1; 0 is none. */
export class FacetList {
  readonly values: string[] = [];
  readonly #table: ValueTable;
  readonly #textOf: (text: string) => string;
  readonly #ids = new Map<string, number>();
  /** By number of the value. */
  readonly #known: number[] = [];

  constructor(table: ValueTable, textOf: (text: string) => string = (text) => text) {
    this.#table = table;
    this.#textOf = textOf;
  }

  /** @param value - its number in the table, -1 for none */
  idOf(value: number): number {
    if (value < 0) return 0;
    const known = this.#known[value];
    if (known !== undefined) return known;
    const text = this.#textOf(this.#table.textOf(value));
    let id = text === '' ? 0 : this.#ids.get(text);
    if (id === undefined) {
      // More different values than a facet can hold: the rest cannot be filtered by.
      id = this.values.length === maxFacetValues ? 0 : this.values.push(text);
      this.#ids.set(text, id);
    }
    this.#known[value] = id;
    return id;
  }
}

const maxFacetValues = 0xffff;
