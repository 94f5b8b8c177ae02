/** The published files that a directory is made of. */
export type FileKind = 'mailboxes' | 'activities' | 'skills' | 'diplomas';

/** One column of a published file. */
export interface Column<Field extends string = string> {
  readonly field: Field;
  /** The heading as published. Compared without accents, case and punctuation. */
  readonly title: string;
  /** Other headings with the same meaning. */
  readonly aliases?: readonly string[];
}

/** How one published file looks. Its *canonical line* has these columns in this order, joined by `|`. */
export interface FileFormat<Field extends string = string> {
  readonly kind: FileKind;
  readonly columns: readonly Column<Field>[];
  /** Fields without which a file is refused; all others are then empty when their column is missing. */
  readonly required: readonly Field[];
}

/** Position of each field in the canonical line. */
export type ColumnPositions<Field extends string> = Readonly<Record<Field, number>>;

/** Derives the positions from the columns. */
export function positionsOf<Field extends string>(columns: readonly Column<Field>[]): ColumnPositions<Field> {
  const positions: Partial<Record<Field, number>> = {};
  columns.forEach((column, index) => {
    positions[column.field] = index;
  });
  return positions as Record<Field, number>;
}
