/** Lines of ASCII or UTF-8 joined with CRLF, the last one ended. */
export function lines(...parts: readonly (string | readonly string[] | null)[]): string {
  return parts
    .flat()
    .filter((line) => line !== null)
    .map((line) => `${line}\r\n`)
    .join('');
}

/** Without CR and LF, so that a text from outside stays inside its field; cut to what a header line takes. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]+/g, ' ').slice(0, 900);
}

/** Header section of a message as received, the empty line left out. */
export function headerSection(content: Uint8Array): Uint8Array {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const end = bytes.indexOf('\r\n\r\n');
  return end === -1 ? bytes : bytes.subarray(0, end + 2);
}
