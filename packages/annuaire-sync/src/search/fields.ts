/** Where in an entry a term stands. The place in this list is the number in the index: append, never reorder. */
export const searchFields = ['family', 'given', 'city', 'profession', 'organisation', 'address', 'joined', 'postcode'] as const;

/**
 * `joined`: words of a family or given name written as one ("legoff" for "Le Goff"); those of a town are in `city`.
 * `profession` holds speciality and profession, `organisation` the names of a structure and its service.
 */
export type SearchField = (typeof searchFields)[number];

export const fieldNumber: Readonly<Record<SearchField, number>> = {
  family: 0,
  given: 1,
  city: 2,
  profession: 3,
  organisation: 4,
  address: 5,
  joined: 6,
  postcode: 7,
};

/** Three bits of a posting hold the field. */
export const fieldBits = 3;
export const fieldMask: number = (1 << fieldBits) - 1;
/** Fields of one term. */
export const fieldCount: number = 1 << fieldBits;

/** How much a match in each field says that this is the wanted entry, by field number. */
export const fieldWeights: readonly number[] = [10, 6, 4, 3.5, 4.5, 2, 9, 4];
