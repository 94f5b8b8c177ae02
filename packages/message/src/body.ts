import { MssError } from '@mss/core';

import type { MessageErrorCode } from './errors.js';
import { escapeHtml, readHtmlText, wordsOf } from './html-text.js';

/** The body of a message as the host wrote it. */
export interface BodyDraft {
  readonly text?: string;
  readonly html?: string;
}

/** The body as it is sent: text alone, or text and HTML of the same wording. */
export interface Body {
  readonly text: string;
  readonly html: string | null;
}

/** What stands in a message whose author wrote nothing. */
export const defaultBodyText = 'Veuillez trouver ci-joint un ou plusieurs documents de santé.';
const defaultBodyWithoutDocuments = 'Ce message ne comporte pas de texte.';

/**
 * The mention at the end of a mail of an applicative mailbox.
 *
 * @see Référentiel #2 v0.1 §3.3.3, ECO.2.2.5
 */
export function applicativeMention(contact: string): string {
  return `Ce message a été généré automatiquement. Pour joindre l'émetteur, écrivez à l'adresse MSSanté : ${contact}`;
}

function sameWording(text: string, html: string): boolean {
  const a = wordsOf(text);
  const b = wordsOf(readHtmlText(html).text);
  return a.length === b.length && a.every((word, index) => word === b[index]);
}

function normaliseLines(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .normalize('NFC')
    .trimEnd();
}

/** HTML with the mention as its last paragraph, inside the body element when there is one. */
function appendToHtml(html: string, mention: string): string {
  const paragraph = `<p>${escapeHtml(mention)}</p>`;
  const end = html.search(/<\/body\s*>(?![\s\S]*<\/body\s*>)/i);
  if (end >= 0) return `${html.slice(0, end)}${paragraph}${html.slice(end)}`;
  const close = html.search(/<\/html\s*>(?![\s\S]*<\/html\s*>)/i);
  return close >= 0 ? `${html.slice(0, close)}${paragraph}${html.slice(close)}` : html + paragraph;
}

/**
 * The body of ECO.2.2.4: text/plain alone, or text/plain and text/html of the same wording.
 *
 * HTML alone: the text is derived from it. Both: the words must be the same, in the same order. Neither: a short French sentence.
 *
 * @param options.contact - the contact of an applicative mailbox; its mention ends both parts (ECO.2.2.5).
 * Not checked: text that a style sheet hides or colours away.
 *
 * @throws MssError `ERR_MSS_MESSAGE_BODY` for different wordings, for inline (`cid:`) images, and for HTML whose open comment
 * or style sheet would swallow the mention.
 */
export function buildBody(draft: BodyDraft, options: { readonly contact?: string; readonly withDocuments: boolean }): Body {
  const html = draft.html ?? null;
  if (html !== null) {
    const content = readHtmlText(html);
    if (content.inlineReferences.length > 0) {
      throw new MssError<MessageErrorCode>(
        'ERR_MSS_MESSAGE_BODY',
        'the HTML body has inline (cid:) images: a conformant body has only text and HTML',
        {
          requirement: 'ECO.2.2.4',
        },
      );
    }
    if (draft.text !== undefined && !sameWording(draft.text, html)) {
      throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_BODY', 'the text and the HTML of the body differ in wording', {
        requirement: 'ECO.2.2.4',
      });
    }
  }
  const written = draft.text ?? (html === null ? null : readHtmlText(html).text);
  const fallback = options.withDocuments ? defaultBodyText : defaultBodyWithoutDocuments;
  const text = written === null || written.trim() === '' ? fallback : normaliseLines(written);
  const wholeHtml = html !== null && wordsOf(text).length > 0 && readHtmlText(html).text === '' ? appendToHtml(html, text) : html;
  if (options.contact === undefined) return { text, html: wholeHtml };
  const mention = applicativeMention(options.contact);
  const markedHtml = wholeHtml === null ? null : appendToHtml(wholeHtml, mention);
  if (markedHtml !== null && !readHtmlText(markedHtml).text.endsWith(mention)) {
    throw new MssError<MessageErrorCode>(
      'ERR_MSS_MESSAGE_BODY',
      'the mention of the contact mailbox cannot be seen at the end of this HTML',
      {
        requirement: 'ECO.2.2.5',
      },
    );
  }
  return { text: `${text}\n\n-- \n${mention}`, html: markedHtml };
}
