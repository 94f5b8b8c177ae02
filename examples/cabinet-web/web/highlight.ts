import type { AnnuaireHit } from '../src/answer.ts';
import type { Part } from './hit-view.ts';

/** A piece of a text; `marked` is what was searched for. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** Lower case without accents, one character for each of the text, so that places stay places. */
function folded(text: string): string {
  return text.replaceAll(/\S/gu, (character) => {
    const plain = character.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
    // A character that folds to more or less than its own length stands for itself.
    return plain.length === character.length ? plain : character;
  });
}

const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);

/**
 * Marks what made a hit: where a word of the search begins a word of the text, as much of it as was typed; and the whole text
 * where it was found otherwise (written as one word, by another word of the same meaning, with a typing error). Names of
 * structures are too long for that: the sentence about the reason says it.
 */
export function highlight({ text, fields }: Part, matches: AnnuaireHit['matches']): readonly Piece[] {
  const plain = folded(text);
  const marks = Array.from({ length: plain.length }, () => false);
  for (const { word, kind, field } of matches) {
    if (!fields.includes(field)) continue;
    const wanted = folded(word);
    if (field === 'joined' ? plain.replaceAll(/[^\p{L}\p{N}]/gu, '').startsWith(wanted) : isFoundOtherwise(kind, field)) marks.fill(true);
    if (kind !== 'exact' && kind !== 'prefix') continue;
    const anywhere = field === 'mailbox' || field === 'identifier';
    for (const place of placesOf(plain, wanted, anywhere)) marks.fill(true, place, place + wanted.length);
  }
  return piecesOf(text, marks);
}

type Match = AnnuaireHit['matches'][number];

const isFoundOtherwise = (kind: Match['kind'], field: Match['field']): boolean =>
  (kind === 'synonym' || kind === 'typing-error') && field !== 'organisation';

function placesOf(plain: string, wanted: string, anywhere: boolean): readonly number[] {
  const places: number[] = [];
  if (wanted === '') return places;
  for (let at = plain.indexOf(wanted); at !== -1; at = plain.indexOf(wanted, at + 1)) {
    if (anywhere || !isLetter(plain[at - 1])) places.push(at);
  }
  return places;
}

function piecesOf(text: string, marks: readonly boolean[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (let at = 1; at <= text.length; at += 1) {
    if (at < text.length && marks[at] === marks[start]) continue;
    pieces.push({ text: text.slice(start, at), marked: marks[start] === true });
    start = at;
  }
  return pieces;
}
