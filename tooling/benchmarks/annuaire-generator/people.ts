import { familyNames, menNames, womenNames } from './names.ts';
import { drawQualification, type Qualification } from './professions.ts';
import { mixSeed, seededRandom, type SeededRandom } from './random.ts';

export interface Person {
  readonly index: number;
  readonly isWoman: boolean;
  /** `DR`, `M` or `MME`. */
  readonly civility: string;
  readonly familyName: string;
  readonly givenName: string;
  /** 8: RPPS, 0: ADELI. */
  readonly identifierType: '8' | '0';
  readonly identifier: string;
  readonly nationalIdentifier: string;
  readonly qualification: Qualification;
  /** For everything else about this person. */
  readonly random: SeededRandom;
}

function luhnDigit(digits: string): number {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]) * (at % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return (10 - (sum % 10)) % 10;
}

/** Person number `index` of a directory. RPPS numbers begin with 99, which nobody attributes; their key digit is right. */
export function personAt(seed: number, index: number): Person {
  const random = seededRandom(mixSeed(seed, 1, index));
  const qualification = drawQualification(random);
  const isWoman = random.chance(qualification.professionCode === '50' ? 0.97 : 0.58);
  const composed = random.chance(0.05);
  const familyName = composed ? `${familyNames.draw(random)}-${familyNames.draw(random)}` : familyNames.draw(random);
  const isAdeli = random.chance(0.02);
  const body = isAdeli ? `99${String(index % 1_000_000).padStart(6, '0')}` : `99${String(index).padStart(8, '0')}`;
  const identifier = `${body}${luhnDigit(body)}`;
  return {
    index,
    isWoman,
    civility: qualification.isDoctor ? 'DR' : isWoman ? 'MME' : 'M',
    familyName: familyName.toUpperCase(),
    givenName: (isWoman ? womenNames : menNames).draw(random),
    identifierType: isAdeli ? '0' : '8',
    identifier,
    nationalIdentifier: `${isAdeli ? '0' : '8'}${identifier}`,
    qualification,
    random,
  };
}
