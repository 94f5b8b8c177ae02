/** The directory that the labelled queries are made over and tested on; the lines of difficult.txt follow it. */
export const directoryOptions: { readonly lines: number; readonly seed: number } = { lines: 5000, seed: 42 };
