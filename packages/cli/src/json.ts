/** The one JSON document of `--json`. Bytes never appear; dates are ISO. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, (_key, item: unknown) => (item instanceof Uint8Array ? `${item.length} bytes` : item), 2)}\n`;
}
