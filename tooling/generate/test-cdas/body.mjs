import { esc, el, raw } from './xml.mjs';

/** nonXMLBody with base64, or with text as it stands. */
export const level1 = (mediaType, content) =>
  el(
    'nonXMLBody',
    {},
    typeof content === 'string'
      ? el('text', { mediaType }, content)
      : el('text', { mediaType, representation: 'B64' }, content.toString('base64')),
  );

/** A section; `text` is narrative markup. */
export const section = ({ code = null, title = null, text = null, media = [], entries = [], sections = [], confidentiality = null }) =>
  el(
    'component',
    {},
    el(
      'section',
      {},
      code === null ? null : el('code', { code: code[0], displayName: code[1], codeSystem: code[2] ?? '2.16.840.1.113883.6.1' }),
      title === null ? null : el('title', {}, title),
      text === null ? null : el('text', {}, raw(text)),
      confidentiality,
      [...media.map(observationMedia), ...entries].map((one) => el('entry', {}, one)),
      sections,
    ),
  );

/** structuredBody of sections. */
export const level3 = (...sections) => el('structuredBody', {}, sections);

const observationMedia = ({ id, mediaType, bytes }) =>
  el(
    'observationMedia',
    { classCode: 'OBS', moodCode: 'EVN', ID: id },
    el('value', { mediaType, representation: 'B64' }, bytes.toString('base64')),
  );

/** A coded result, as a laboratory writes beside its table. */
export const observation = ({ code, label, reference, value, unit }) =>
  el(
    'observation',
    { classCode: 'OBS', moodCode: 'EVN' },
    el('code', { code, displayName: label, codeSystem: '2.16.840.1.113883.6.1', codeSystemName: 'LOINC' }),
    el('text', {}, el('reference', { value: `#${reference}` })),
    el('statusCode', { code: 'completed' }),
    el('value', { 'xsi:type': 'PQ', value, unit }),
  );

const cell = (name, content, attributes = '') => `<${name}${attributes}>${content}</${name}>`;

const line = (name) => (cells) =>
  `<tr>${cells.map((one) => (Array.isArray(one) ? cell(name, one[0], ` ${one[1]}`) : cell(name, one))).join('')}</tr>`;

/** A table: cells are markup, or `[markup, attributes]`. */
export function table({ caption = '', head = [], rows, foot = [], border = '1' }) {
  return [
    `<table border="${border}">`,
    caption === '' ? '' : `<caption>${caption}</caption>`,
    head.length === 0 ? '' : `<thead>${head.map(line('th')).join('')}</thead>`,
    foot.length === 0 ? '' : `<tfoot>${foot.map(line('td')).join('')}</tfoot>`,
    `<tbody>\n${rows.map(line('td')).join('\n')}\n</tbody>`,
    '</table>',
  ].join('');
}

export const paragraph = (markup) => `<paragraph>${markup}</paragraph>`;
export const list = (items, type = '') =>
  `<list${type === '' ? '' : ` listType="${type}"`}>${items.map((one) => `<item>${one}</item>`).join('')}</list>`;
export const bold = (markup) => `<content styleCode="Bold">${markup}</content>`;
export const italic = (markup) => `<content styleCode="Italics">${markup}</content>`;
export { esc };
