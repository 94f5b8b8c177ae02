import { describe, expect, it } from 'vitest';

import { applicativeMention, buildBody } from '../src/body.js';
import { readHtmlText, wordsOf } from '../src/html-text.js';

describe('body [ECO.2.2.4]', () => {
  it('is the text as written, line ends unified', () => {
    expect(buildBody({ text: 'Cher confrère,\r\n\r\nMerci.\r\n' }, { withDocuments: true })).toEqual({ text: 'Cher confrère,\n\nMerci.', html: null });
  });

  it('has its text derived from HTML alone, wording kept', () => {
    const html = '<html><head><title>x</title><style>p{}</style></head><body><p>Bonjour&nbsp;M. <b>Dupont</b></p><ul><li>un</li><li>deux</li></ul><table><tr><td>a</td><td>b</td></tr></table></body></html>';
    const body = buildBody({ html }, { withDocuments: true });
    expect(body.html).toBe(html);
    expect(wordsOf(body.text)).toEqual(['Bonjour', 'M', 'Dupont', 'un', 'deux', 'a', 'b']);
    expect(body.text).toContain('- un\n- deux');
  });

  it('accepts text and HTML of the same words whatever the layout', () => {
    expect(() => buildBody({ text: 'Bonjour,\nà demain', html: '<p>Bonjour,</p><p>à&#32;demain</p>' }, { withDocuments: false })).not.toThrow();
  });

  it.each([
    ['another word', 'Bonjour', '<p>Bonsoir</p>'],
    ['a word more', 'Bonjour', '<p>Bonjour vous</p>'],
    ['another order', 'un deux', '<p>deux un</p>'],
    ['a number changed', '5 mg', '<p>50 mg</p>'],
  ])('refuses %s', (_what, text, html) => {
    expect(() => buildBody({ text, html }, { withDocuments: false })).toThrow(expect.objectContaining({ code: 'ERR_MSS_MESSAGE_BODY', requirement: 'ECO.2.2.4' }));
  });

  it.each(['<img src="cid:logo@x">', '<p style="background:url(CID:a)">x</p>', '<table background="cid:a"></table>'])('refuses inline images: %s', (html) => {
    expect(() => buildBody({ html }, { withDocuments: false })).toThrow(expect.objectContaining({ code: 'ERR_MSS_MESSAGE_BODY' }));
  });

  it('says a short French sentence when the author wrote nothing', () => {
    expect(buildBody({}, { withDocuments: true }).text).toMatch(/ci-joint/);
    expect(buildBody({ text: ' \n' }, { withDocuments: false }).text).not.toBe('');
  });

  it('puts the sentence into an HTML without words too, so that both parts agree', () => {
    const body = buildBody({ html: '<html><body></body></html>' }, { withDocuments: true });
    expect(wordsOf(readHtmlText(body.html ?? '').text)).toEqual(wordsOf(body.text));
  });
});

describe('mention of an applicative mailbox [ECO.2.2.5]', () => {
  it('comes last in both parts', () => {
    const contact = 'secretariat@labo.mssante.test';
    const body = buildBody({ html: '<html><body><p>Résultats</p></body></html>' }, { withDocuments: true, contact });
    expect(body.text.endsWith(applicativeMention(contact))).toBe(true);
    expect(readHtmlText(body.html ?? '').text.endsWith(applicativeMention(contact))).toBe(true);
    expect(wordsOf(readHtmlText(body.html ?? '').text)).toEqual(wordsOf(body.text));
  });
});
