/**
 * Folder names on the wire: modified UTF-7.
 *
 * @see RFC 3501 §5.1.3
 */
export function encodeFolderName(name: string): string {
  return name
    .replaceAll('&', '&-')
    .replaceAll(/[^\x20-\x7e]+/g, (run) => `&${utf16(run).toString('base64').replaceAll('/', ',').replaceAll('=', '')}-`);
}

export function decodeFolderName(wire: string): string {
  return wire.replaceAll(/&([^-]*)-/g, (_, run: string) => {
    if (run === '') return '&';
    const bytes = Buffer.from(run.replaceAll(',', '/'), 'base64');
    return bytes
      .subarray(0, bytes.length & ~1)
      .swap16()
      .toString('utf16le');
  });
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}
