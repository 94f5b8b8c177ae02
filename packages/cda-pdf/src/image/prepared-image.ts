/** An image in the form in which a PDF holds it: no transparency, 8 bits or fewer a sample, grey or RGB (PDF/A-1). */
export interface PreparedImage {
  /** In pixels, as seen: after the rotation that the file asks for. */
  readonly width: number;
  readonly height: number;
  /** Keys of the image's dictionary besides Type, Subtype and Length. */
  readonly dictionary: Readonly<Record<string, unknown>>;
  readonly data: Uint8Array;
  /** Matrix from the unit square of the stored image to the unit square of the seen one. */
  readonly orientation: readonly [number, number, number, number, number, number];
}
