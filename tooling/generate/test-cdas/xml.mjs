/** XML as strings, written by hand on purpose: test documents must not come from the code that they test. */

/** Text for character data and attribute values. */
export const esc = (text) =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** An element; `null` and `undefined` attributes and children are left out. */
export const el = (name, attributes = {}, ...children) => ({
  name,
  attributes: Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined),
  children: children.flat(9).filter((child) => child !== null && child !== undefined && child !== false),
});

/** Markup that is written as it stands. */
export const raw = (markup) => ({ raw: markup });

/** An element with its content, indented; text stays on the line of its element. */
export function print(node, indent = '') {
  if (node.raw !== undefined) return node.raw;
  const start = `<${node.name}${node.attributes.map(([key, value]) => ` ${key}="${esc(value)}"`).join('')}`;
  if (node.children.length === 0) return `${indent}${start}/>`;
  if (node.children.some((child) => typeof child === 'string' || child.raw !== undefined)) {
    const content = node.children.map((child) => (typeof child === 'string' ? esc(child) : print(child))).join('');
    return `${indent}${start}>${content}</${node.name}>`;
  }
  return [`${indent}${start}>`, ...node.children.map((child) => print(child, `${indent}  `)), `${indent}</${node.name}>`].join('\n');
}
