import { parseOid } from '@mss/core';
import {
  escapeHl7,
  formatCx,
  formatSourcePatientInfo,
  formatXcn,
  formatXon,
  parseCx,
  parseSourcePatientInfo,
  parseXcn,
  parseXon,
  unescapeHl7,
} from '@mss/xdm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** What delimiters and broken text are made of. */
const odd = fc.constantFrom('\\', '^', '&', '~', '|', 'X', 'F', '4', '\u0000', '\ud800', 'é', ' ', '\n', '.br', 'PID-', ',');
const run = { seed: 20260101, numRuns: 300 };
/** Text without control characters, not empty and without spaces around it, delimiters welcome. */
const text = fc
  .string({ unit: fc.constantFrom(...Array.from("aéÎœ-' 09|^&~\\FSTRE_𝒜")), minLength: 1, maxLength: 12 })
  .filter((value) => value.trim() === value && value !== '');
const word = text.map((value) => value.replaceAll(' ', '-').replaceAll(',', '-'));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const oid = fc.constantFrom('1.2.250.1.213.1.4.8', '2.25.99', '1.3.2');

describe('HL7 v2 values survive writing and reading (seed 20260101)', () => {
  it('text', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(unescapeHl7(escapeHl7(value))).toBe(value);
      }),
      run,
    );
  });
  it('CX, XCN, XON', () => {
    fc.assert(
      fc.property(text, text, maybe(oid), maybe(text), (id, name, authority, typeCode) => {
        const cx = { id, oid: authority, typeCode };
        expect(parseCx(formatCx(cx))).toEqual(cx);
        const xcn = { id, familyName: name, givenName: typeCode, oid: authority, nameType: 'D', typeCode };
        expect(parseXcn(formatXcn(xcn))).toEqual(xcn);
        const xon = { name, oid: authority, typeCode, id };
        expect(parseXon(formatXon(xon))).toEqual(xon);
      }),
      run,
    );
  });
  it('the traits of a patient', () => {
    const traits = fc.record({
      ins: fc.constant(null),
      otherIds: fc.constant([]),
      birthName: text,
      usualName: maybe(text),
      givenNames: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
      usualGivenName: fc.constant(null),
      birthDate: maybe(fc.constantFrom('19580312', '19330000', '1952', '199002')),
      sex: maybe(fc.constantFrom('M' as const, 'F' as const, 'U' as const)),
      birthPlaceCode: maybe(fc.constantFrom('2A004', '75115')),
    });
    fc.assert(
      fc.property(traits, (patient) => {
        const read = parseSourcePatientInfo(formatSourcePatientInfo(patient));
        expect(read.birthName).toBe(patient.birthName);
        expect(read.usualName).toBe(patient.usualName);
        expect(read.givenNames).toEqual(patient.givenNames);
        expect(read.birthDate).toBe(patient.birthDate);
        expect(read.sex).toBe(patient.sex);
        expect(read.birthPlaceCode).toBe(patient.birthPlaceCode);
      }),
      run,
    );
  });
  it('and reading never throws, whatever is written there', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: odd, maxLength: 60 }), { maxLength: 6 }), (values) => {
        parseSourcePatientInfo([...values, ...values.map((value) => `PID-5|${value}`)]);
        for (const value of values) {
          parseCx(value);
          parseXcn(value);
          parseXon(value);
        }
        expect(parseOid('1.2')).not.toBeNull();
      }),
      run,
    );
  });
});
