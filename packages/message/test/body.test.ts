import { describe, expect, it } from 'vitest';

import { applicativeMention, buildBody } from '../src/body.js';
import { readHtmlText, wordsOf } from '../src/html-text.js';

describe('body [ECO.2.2.4]', () => {
  it('is the text as written, line ends unified', () => {
    expect(buildBody({ text: 'Cher confrère,\r\n\r\nMerci.\r\n' }, { withDocuments: true })).toEqual({
      text: 'Cher confrère,\n\nMerci.',
      html: null,
    });
  });

  it('has its text derived from HTML alone, wording kept', () => {
    const html =
      '<html><head><title>x</title><style>p{}</style></head><body><p>Bonjour&nbsp;M. <b>Dupont</b></p><ul><li>un</li><li>deux</li></ul><table><tr><td>a</td><td>b</td></tr></table></body></html>';
    const body = buildBody({ html }, { withDocuments: true });
    expect(body.html).toBe(html);
    expect(wordsOf(body.text)).toEqual(['Bonjour', 'M', 'Dupont', 'un', 'deux', 'a', 'b']);
    expect(body.text).toContain('- un\n- deux');
  });

  it('accepts text and HTML of the same words whatever the layout', () => {
    expect(() =>
      buildBody({ text: 'Bonjour,\nà demain', html: '<p>Bonjour,</p><p>à&#32;demain</p>' }, { withDocuments: false }),
    ).not.toThrow();
  });

  it.each([
    ['another word', 'Bonjour', '<p>Bonsoir</p>'],
    ['a word more', 'Bonjour', '<p>Bonjour vous</p>'],
    ['another order', 'un deux', '<p>deux un</p>'],
    ['a number changed', '5 mg', '<p>50 mg</p>'],
  ])('refuses %s', (_what, text, html) => {
    expect(() => buildBody({ text, html }, { withDocuments: false })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_MESSAGE_BODY', requirement: 'ECO.2.2.4' }),
    );
  });

  it.each(['<img src="cid:logo@x">', '<p style="background:url(CID:a)">x</p>', '<table background="cid:a"></table>'])(
    'refuses inline images: %s',
    (html) => {
      expect(() => buildBody({ html }, { withDocuments: false })).toThrow(expect.objectContaining({ code: 'ERR_MSS_MESSAGE_BODY' }));
    },
  );

  it.each([
    ['a sign before a number', 'CRP < 5 mg/l', '<p>CRP 5 mg/l</p>'],
    ['another comparison', 'CRP < 5 mg/l', '<p>CRP &gt; 5 mg/l</p>'],
    ['a percent sign lost', 'SaO2 90 %', '<p>SaO2 90</p>'],
  ])('refuses %s: it changes what the number says', (_what, text, html) => {
    expect(() => buildBody({ text, html }, { withDocuments: false })).toThrow(expect.objectContaining({ code: 'ERR_MSS_MESSAGE_BODY' }));
  });

  it.each([
    '<img srcset="cid:a 1x">',
    '<style>p{background:url(cid:a)}</style><p>x</p>',
    '<object data="cid:a"></object>',
    '<svg><image xlink:href="cid:a"/></svg>',
  ])('refuses inline images wherever they are cited: %s', (html) => {
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
  it.each(['<p>Résultats</p><!-- ', '<body><p>Résultats</p><style></body>', '<p>Résultats</p><!-- </body> -->'])(
    'is refused where it could not be seen: %s',
    (html) => {
      let visible: string;
      try {
        visible = readHtmlText(buildBody({ html }, { withDocuments: true, contact: 'secretariat@labo.mssante.test' }).html ?? '').text;
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_MSS_MESSAGE_BODY', requirement: 'ECO.2.2.5' });
        return;
      }
      expect(visible).toContain('secretariat@labo.mssante.test');
    },
  );
});

describe('the wording of HTML', () => {
  it.each([
    ['a head that is not closed', '<html><head><title>x</title><body><p>Bonjour</p>', 'Bonjour'],
    ['a head that a paragraph closes', '<head><meta charset=utf-8><p>Bonjour', 'Bonjour'],
    ['no html element', '<title>x</title>Bonjour', 'Bonjour'],
    ['stray ends', '</style></head></p><p>Bonjour</p></script>', 'Bonjour'],
    ['preformatted lines', '<pre>Na  140\nK   4,1</pre>', 'Na 140\nK 4,1'],
    ['line breaks and cells', '<p>a<br>b</p><table><tr><td>c</td><td>d</td></tr></table>', 'a\nb\nc\td'],
    ['script and comments', '<p>a</p><script>alert("b")</script><!-- c -->', 'a'],
    ['entities', '<p>1 &lt; 2 &amp; &eacute;&#x20ac;</p>', '1 < 2 & é€'],
  ])('is read with %s', (_what, html, text) => {
    expect(readHtmlText(html).text).toBe(text);
  });
  it('takes little time for hostile nesting', () => {
    expect(readHtmlText('<div>'.repeat(50_000) + 'x').text).toBe('x');
  });
});
