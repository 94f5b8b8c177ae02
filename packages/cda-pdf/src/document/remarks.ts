import type { Block } from '../layout/blocks.js';
import type { Unrendered, UnrenderedCode } from '../unrendered.js';
import { paragraph, run } from './builders.js';
import { styles } from './theme.js';

/** What a reader of the PDF is told; `null` where the page itself says it, or where nothing of the text is touched. */
const sentences: Readonly<Record<UnrenderedCode, string | null>> = {
  GLYPH_MISSING: 'Des caractères de ce document ne peuvent pas être imprimés ici : ils sont remplacés par \uFFFD.',
  TEXT_DIRECTION: 'Ce document contient du texte qui se lit de droite à gauche : il est imprimé ici sans mise en forme.',
  MEDIA_MISSING: null,
  MEDIA_UNREADABLE: 'Une image de ce document est illisible.',
  MEDIA_UNSUPPORTED: 'Un document joint ne peut pas être reproduit ici.',
  MEDIA_PDF_LISTED: 'Un ou plusieurs PDF joints ne sont pas reproduits ici.',
  ELEMENT_UNKNOWN: null,
  STYLE_IGNORED: null,
  FOOTNOTE_MISSING: 'Une note est annoncée mais absente du document.',
  TABLE_SPAN: null,
  TABLE_SPLIT: 'Un tableau trop large pour une page est imprimé en plusieurs parties.',
  NESTING: 'Une partie du texte est imprimée sans sa mise en forme.',
};

/** The last block: what of the document is not here as the document says it. */
export function remarks(unrendered: readonly Unrendered[]): readonly Block[] {
  const texts = [...new Set(unrendered.map((one) => sentences[one.code]))].filter((text) => text !== null);
  if (texts.length === 0) return [];
  const closing = 'Le document CDA d’origine fait foi.';
  return [
    paragraph([run('Remarques sur cette impression', styles.heading4)], { tag: 'H3', before: 12, keepWithNext: true }),
    paragraph([run([...texts, closing].join(' '), styles.small)], { before: 3 }),
  ];
}
