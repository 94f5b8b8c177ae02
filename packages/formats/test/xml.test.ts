import { spawnSync } from 'node:child_process';
import { isMssError } from '@mss/core';
import {
  attributeOf,
  childOf,
  childrenOf,
  descendantsOf,
  isElement,
  parseXml,
  readXmlEvents,
  textOf,
  writeXml,
  xmlElement,
  type XmlElement,
} from '@mss/formats/xml';
import { runInChild } from '@mss/testkit';
import { XMLBuilder } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { codeOf, fromLatin1, latin1, utf8 } from './support.js';

const rootText = (bytes: Uint8Array): string => textOf(parseXml(bytes).value.root);
const warningsOf = (bytes: Uint8Array): string[] => parseXml(bytes).warnings.map(({ code }) => code);
const utf16 = (text: string, order: 'le' | 'be'): Uint8Array => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return new Uint8Array(order === 'le' ? bytes : bytes.swap16());
};

const declared = (encoding: string, text = '<a>é€</a>'): string => `<?xml version="1.0" encoding="${encoding}"?>${text}`;

const limitOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return isMssError(error) && error.code === 'ERR_MSS_XML_LIMIT' ? error.details['limit'] : error;
  }
  return 'none';
};

/** Run alone with a small heap: 200 MB against the limit, 64 MB of XML pruned. */
const largeDocuments = `
import { isMssError } from '@mss/core';
import { parseXml } from '@mss/formats/xml';

const entry = Buffer.from(\`<entry><code code="x" displayName="y"/><text>\${'lorem ipsum '.repeat(2000)}</text></entry>\`);
const count = Math.ceil((64 * 1024 * 1024) / entry.length);
const document = Buffer.concat([
  Buffer.from('<ClinicalDocument>'),
  ...Array.from({ length: count }, () => entry),
  Buffer.from('</ClinicalDocument>'),
]);

function limitOf(work) {
  try {
    work();
  } catch (error) {
    return isMssError(error) ? error.details['limit'] : String(error);
  }
  return 'none';
}

const xmlBytes = 100 * 1024 * 1024;
const pruned = parseXml(document, { limits: { xmlBytes }, prune: ({ name }) => name === 'entry' }).value.root;
const first = pruned.children[0];
process.stdout.write(
  JSON.stringify({
    byDefault: limitOf(() => parseXml(new Uint8Array(200 * 1024 * 1024))),
    nodes: limitOf(() => parseXml(document, { limits: { xmlBytes, xmlNodes: 1000 } })),
    pruned: pruned.children.length === count && typeof first === 'object' && first.children.length === 0 ? first.name : 'wrong',
  }),
);
`;

describe('parseXml', () => {
  it('reads namespaces, attributes, mixed content, CDATA and references in order', () => {
    const { value, warnings } = parseXml(
      utf8(
        '<?xml version="1.0"?><?xml-stylesheet  href="x"?><a xmlns="urn:a" xmlns:b="urn:b" b:x="1" y="&#233;">t<b:c/>u<![CDATA[<v>]]>&amp;<!-- no -->w</a>',
      ),
    );
    expect(warnings).toEqual([]);
    expect(value).toEqual({
      encoding: 'utf-8',
      instructions: [{ target: 'xml-stylesheet', data: 'href="x"' }],
      root: {
        namespace: 'urn:a',
        name: 'a',
        attributes: [
          { namespace: 'urn:b', name: 'x', value: '1' },
          { namespace: '', name: 'y', value: 'é' },
        ],
        children: ['t', { namespace: 'urn:b', name: 'c', attributes: [], children: [] }, 'u<v>&w'],
      },
    });
  });

  it('drops what is below pruned elements and keeps what follows', () => {
    const { value } = parseXml(utf8('<a><b i="1">x<c>y</c>&amp;<![CDATA[q]]><b/></b>z<b/></a>'), {
      prune: ({ name }, depth) => name === 'b' && depth === 1,
    });
    expect(value.root.children).toEqual([
      { namespace: '', name: 'b', attributes: [{ namespace: '', name: 'i', value: '1' }], children: [] },
      'z',
      { namespace: '', name: 'b', attributes: [], children: [] },
    ]);
  });

  it('checks what it prunes', () => {
    const all = { prune: (): boolean => true };
    expect(codeOf(() => parseXml(utf8('<a><b></a>'), all))).toBe('ERR_MSS_XML_MALFORMED');
    expect(codeOf(() => parseXml(utf8('<a>&nbsp;</a>'), all))).toBe('ERR_MSS_XML_MALFORMED');
    expect(codeOf(() => parseXml(utf8(`<a>${'<b>'.repeat(200)}`), all))).toBe('ERR_MSS_XML_LIMIT');
  });

  it('puts text together across the pieces it reads, without splitting a character', () => {
    const text = `${'é'.repeat(40_000)}😀${'a\r\n'.repeat(30_000)}`;
    expect(rootText(utf8(`<a>${text}</a>`))).toBe(text.replaceAll('\r\n', '\n'));
    expect(rootText(utf16(`<a>${text}</a>`, 'le'))).toBe(text.replaceAll('\r\n', '\n'));
  });

  it('reads the names of Object.prototype like any other', () => {
    const { value } = parseXml(utf8('<__proto__ constructor="1" toString="2"><valueOf/></__proto__>'));
    expect(attributeOf(value.root, 'constructor')).toBe('1');
    expect(value.root.children).toEqual([{ namespace: '', name: 'valueOf', attributes: [], children: [] }]);
    expect(codeOf(() => parseXml(utf8('<a>&constructor;</a>')))).toBe('ERR_MSS_XML_MALFORMED');
    expect(codeOf(() => parseXml(utf8('<constructor:a/>')))).toBe('ERR_MSS_XML_MALFORMED');
  });

  it('finds the instructions of a long prolog', () => {
    const { value } = parseXml(
      utf8(`<?xml version="1.0"?>\n<!--${' <!DOCTYPE x> '.repeat(20_000)}--><?one a?b?>\n<!-- --><?two?><r/><?three no?>`),
    );
    expect(value.instructions).toEqual([
      { target: 'one', data: 'a?b' },
      { target: 'two', data: '' },
    ]);
  });
});

describe('encodings [XML 1.0 §4.3.3]', () => {
  it.each<[string, Uint8Array, string, string[]]>([
    ['UTF-8', utf8(declared('UTF-8')), 'é€', []],
    ['no declaration', utf8('<a>é€</a>'), 'é€', []],
    ['UTF-8 with byte order mark', utf8(`\ufeff${declared('utf-8')}`), 'é€', ['XML_BOM']],
    ['UTF-16, little end first', utf16(declared('UTF-16'), 'le'), 'é€', ['XML_ENCODING']],
    ['UTF-16, big end first', utf16(declared('UTF-16'), 'be'), 'é€', ['XML_ENCODING']],
    ['ISO-8859-1', fromLatin1(declared('ISO-8859-1', '<a>\u00e9</a>')), 'é', ['XML_ENCODING']],
    ['ISO-8859-1 with the quotes of Windows', fromLatin1(declared('ISO-8859-1', '<a>l\u0092\u00e9\u0080</a>')), 'l’é€', ['XML_ENCODING']],
    ['ISO-8859-15', fromLatin1(declared('iso-8859-15', '<a>\u00e9\u00a4\u00bd</a>')), 'é€œ', ['XML_ENCODING']],
    ['windows-1252', fromLatin1(declared('Windows-1252', '<a>\u00e9\u0080\u009c</a>')), 'é€œ', ['XML_ENCODING']],
    ['UTF-8 that says UTF-16', utf8(declared('utf-16')), 'é€', ['XML_ENCODING_MISMATCH']],
    ['byte order mark of UTF-8, ISO-8859-1 said', utf8(`\ufeff${declared('ISO-8859-1')}`), 'é€', ['XML_BOM', 'XML_ENCODING_MISMATCH']],
    ['white space before the declaration', utf8(`\r\n  ${declared('UTF-8')}`), 'é€', ['XML_LEADING_SPACE']],
    [
      'white space before ISO-8859-1',
      fromLatin1(` ${declared('ISO-8859-1', '<a>\u00e9</a>')}`),
      'é',
      ['XML_LEADING_SPACE', 'XML_ENCODING'],
    ],
    ['white space before the root', utf8(' <a>é€</a>'), 'é€', ['XML_LEADING_SPACE']],
    ['white space in UTF-16', utf16(' <a>é€</a>', 'le'), 'é€', ['XML_ENCODING', 'XML_LEADING_SPACE']],
    ['XML 1.1', utf8('<?xml version="1.1"?><a>é€</a>'), 'é€', ['XML_VERSION']],
  ])('%s', (_what, bytes, text, warnings) => {
    expect(rootText(bytes)).toBe(text);
    expect(warningsOf(bytes)).toEqual(warnings);
  });

  it.each<[string, Uint8Array]>([
    ['ISO-8859-1 bytes without declaration', fromLatin1('<a>\u00e9</a>')],
    ['cut UTF-8', utf8('<a>é</a>').subarray(0, 4)],
    ['surrogates in UTF-8', fromLatin1('<a>\u00ed\u00a0\u0080</a>')],
    ['overlong UTF-8', fromLatin1('<a>\u00c0\u00bc</a>')],
    ['an encoding that is not read', utf8('<?xml version="1.0" encoding="EBCDIC-FR"?><a/>')],
    ['UTF-7', utf8('<?xml version="1.0" encoding="UTF-7"?><a/>')],
    ['UTF-16 without byte order mark', new Uint8Array(Buffer.from('<a/>', 'utf16le'))],
    ['UTF-32', new Uint8Array([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0])],
    ['a lone surrogate in UTF-16', new Uint8Array([0xff, 0xfe, 0x3c, 0, 0x61, 0, 0x3e, 0, 0, 0xd8, 0x3c, 0])],
    ['UTF-16 of odd length', utf16('<a/>', 'le').subarray(0, 9)],
  ])('refuses %s', (_what, bytes) => {
    expect(codeOf(() => parseXml(bytes))).toBe('ERR_MSS_XML_ENCODING');
  });
});

describe('hostile documents', () => {
  it.each([
    ['an internal entity', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    [
      'a billion laughs',
      `<!DOCTYPE a [<!ENTITY l0 "lol">${Array.from({ length: 10 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')}]><a>&l10;</a>`,
    ],
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    [
      'an external subset',
      '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"><html/>',
    ],
    ['a parameter entity', '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://example.org/x"> %p;]><a/>'],
    ['after a comment and an instruction', '<?xml version="1.0"?>\n<!-- c --><?pi?>\n<!DOCTYPE a><a/>'],
    ['a cut one', '<!DOCTYPE a [<!ENTITY x "'],
  ])('DOCTYPE with %s', (_what, text) => {
    expect(codeOf(() => parseXml(utf8(text)))).toBe('ERR_MSS_XML_DOCTYPE');
    expect(codeOf(() => parseXml(utf16(text, 'be')))).toBe('ERR_MSS_XML_DOCTYPE');
  });

  it('takes no DOCTYPE for one inside a comment, a CDATA section or an attribute', () => {
    expect(codeOf(() => parseXml(utf8('<!-- <!DOCTYPE a> --><a b="&lt;!DOCTYPE"><![CDATA[<!DOCTYPE]]></a>')))).toBe('none');
  });

  it.each([
    ['', 'nothing'],
    ['   ', 'white space'],
    ['<a>', 'an open element'],
    ['<a></b>', 'crossed tags'],
    ['<a/><b/>', 'two roots'],
    ['<a/>text', 'text behind the root'],
    ['text<a/>', 'text before the root'],
    ['<a b="1" b="2"/>', 'an attribute twice'],
    ['<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>', 'an attribute twice by namespace'],
    ['<a b=1/>', 'an attribute without quotes'],
    ['<a b="<"/>', 'a "<" in an attribute'],
    ['<p:a/>', 'an undeclared prefix'],
    ['<a p:b="1"/>', 'an undeclared prefix of an attribute'],
    ['<a>&nbsp;</a>', 'an undefined entity'],
    ['<a>&amp</a>', 'a reference without end'],
    ['<a>&#0;</a>', 'a reference to NUL'],
    ['<a>&#xD800;</a>', 'a reference to a surrogate'],
    ['<a>\u0001</a>', 'a control character'],
    ['<a>\ufffe</a>', 'a non-character'],
    ['<a>]]></a>', 'a CDATA end in text'],
    ['<a><!-- -- --></a>', 'a comment with two hyphens'],
    ['<a><?xml version="1.0"?></a>', 'a declaration inside'],
    ['<!-- -->\n<?xml version="1.0"?><a/>', 'a declaration behind a comment'],
    ['<a xmlns:p=""/>', 'a prefix undeclared'],
    ['<!FOO><a/>', 'a declaration that is none'],
  ])('%j: %s', (text) => {
    expect(codeOf(() => parseXml(utf8(text)))).toBe('ERR_MSS_XML_MALFORMED');
  });

  it('says where and why, and quotes nothing', () => {
    try {
      parseXml(utf8('<a>\n <DUPONT></MARTIN></a>'));
      expect.unreachable();
    } catch (error) {
      if (!isMssError(error)) throw error;
      expect(error.details).toEqual({ line: 2, column: 18 });
      expect(`${error.message}${JSON.stringify(error.details)}${String(error.cause)}`).not.toMatch(/DUPONT|MARTIN/);
    }
  });

  it.each<[string, string, number]>([
    ['xmlBytes', `<a>${'x'.repeat(100)}</a>`, 100],
    ['xmlDepth', '<a><a><a><a/></a></a></a>', 3],
    ['xmlNodes', '<a>x<b/>y<b/></a>', 4],
    ['xmlNodes', '<?p?><?p?><?p?><?p?><a/>', 4],
    ['xmlAttributes', '<a b="" c="" d=""/>', 2],
    ['xmlAttributes', '<a xmlns:b="1" xmlns:c="2" xmlns:d="3"/>', 2],
    ['xmlAttributeLength', `<a b="${'x'.repeat(11)}"/>`, 10],
  ])('stops at the limit %s', (limit, text, max) => {
    expect(limitOf(() => parseXml(utf8(text), { limits: { [limit]: max } }))).toBe(limit);
    expect(limitOf(() => parseXml(utf8(text), { limits: { [limit]: max * 1000 } }))).toBe('none');
  });

  it('refuses 100,000 open elements and an element of 200,000 attributes by their limits', () => {
    expect(limitOf(() => parseXml(utf8('<a>'.repeat(100_000))))).toBe('xmlDepth');
    const many = Array.from({ length: 200_000 }, (_, n) => ` a${n}=""`).join('');
    expect(limitOf(() => parseXml(utf8(`<a${many}/>`)))).toBe('xmlAttributes');
  });

  it('refuses 200 MB at once, and keeps 64 MB of pruned elements out of a heap of 24 MB', { timeout: 60_000 }, async () => {
    const child = await runInChild(largeDocuments, { heapMb: 24 });
    expect(child.stderr).toBe('');
    expect(JSON.parse(child.stdout)).toEqual({ byDefault: 'xmlBytes', nodes: 'xmlNodes', pruned: 'entry' });
  });
});

describe('readXmlEvents', () => {
  it('tells elements, text and ends in order, and skips what the handler does not want', () => {
    const heard: string[] = [];
    const { value } = readXmlEvents(utf8('<?pi x?><a k="v">1<b>2<c/></b>3</a>'), {
      instruction: ({ target, data }) => void heard.push(`?${target} ${data}`),
      open: ({ name, attributes }, depth) => {
        heard.push(`<${name} ${depth} ${attributes.map((attribute) => attribute.value).join()}`);
        return name === 'b' ? 'skip' : undefined;
      },
      text: (data) => void heard.push(data),
      close: (_namespace, name) => void heard.push(`>${name}`),
    });
    expect(value).toEqual({ encoding: 'utf-8' });
    expect(heard).toEqual(['?pi x', '<a 0 v', '1', '<b 1 ', '>b', '3', '>a']);
  });

  it('ends where the handler says stop: what follows is neither told nor checked', () => {
    const told: string[] = [];
    const { value, warnings } = readXmlEvents(utf8(' <?xml version="1.0"?><a>1<b/><c k="v">2</x> & <!DOCTYPE a>'), {
      open: ({ name }) => {
        told.push(`+${name}`);
        return name === 'c' ? 'stop' : undefined;
      },
      text: (data) => void told.push(data),
      close: (_, name) => void told.push(`-${name}`),
    });
    expect(told).toEqual(['+a', '1', '+b', '-b', '+c']);
    expect(value.encoding).toBe('utf-8');
    expect(warnings.map(({ code }) => code)).toEqual(['XML_LEADING_SPACE']);
  });

  it('checks what stands before the stop, and the limits of the element that it stops at', () => {
    const stopAt = (xml: string, limits = {}): string =>
      codeOf(() => readXmlEvents(utf8(xml), { open: ({ name }) => (name === 'stop' ? 'stop' : undefined) }, { limits }));
    expect(stopAt('<a><b></c><stop/>')).toBe('ERR_MSS_XML_MALFORMED');
    expect(stopAt('<!DOCTYPE a><a><stop/>')).toBe('ERR_MSS_XML_DOCTYPE');
    expect(stopAt('<a><stop k="12345"/>', { xmlAttributeLength: 4 })).toBe('ERR_MSS_XML_LIMIT');
    expect(stopAt('<a><a><stop/>', { xmlDepth: 2 })).toBe('ERR_MSS_XML_LIMIT');
    expect(stopAt('<a><stop/>', { xmlBytes: 5 })).toBe('ERR_MSS_XML_LIMIT');
  });

  it.each(['constructor', 'valueOf', '__proto__', 'toString'])('refuses the encoding %s like any unknown one', (encoding) => {
    expect(codeOf(() => readXmlEvents(utf8(declared(encoding)), {}))).toBe('ERR_MSS_XML_ENCODING');
  });

  it('lets the error of a handler out unchanged', () => {
    const failure = new Error('mine');
    const open = (): never => {
      throw failure;
    };
    expect(() => readXmlEvents(utf8('<a/>'), { open })).toThrow(failure);
  });
});

describe('finding', () => {
  const { root } = parseXml(utf8('<a xmlns:x="urn:x" x:t="far" t="near"><b>1</b><x:b>2<c>3</c></x:b>4<b><c>5</c></b></a>')).value;

  it('attributeOf takes no namespace for none', () => {
    expect(attributeOf(root, 't')).toBe('near');
    expect(attributeOf(root, 't', 'urn:x')).toBe('far');
    expect(attributeOf(root, 'u')).toBeNull();
  });

  it('childOf and childrenOf take any namespace unless one is given', () => {
    expect(childOf(root, 'b')?.children).toEqual(['1']);
    expect(childOf(root, 'b', 'urn:x')?.children[0]).toBe('2');
    expect(childOf(root, 'c')).toBeNull();
    expect(childrenOf(root, 'b')).toHaveLength(3);
    expect(childrenOf(root, 'b', '')).toHaveLength(2);
    expect(childrenOf(root)).toHaveLength(3);
  });

  it('descendantsOf and textOf go in document order', () => {
    expect([...descendantsOf(root, 'c')].map(textOf)).toEqual(['3', '5']);
    expect([...descendantsOf(root)].map(({ name }) => name)).toEqual(['b', 'b', 'c', 'b', 'c']);
    expect(textOf(root)).toBe('12345');
    expect(root.children.filter(isElement)).toHaveLength(3);
  });
});

describe('writeXml', () => {
  it('gives back the tree it wrote', () => {
    const root = xmlElement({ namespace: 'urn:a', name: 'a' }, { x: '\t\n\r<&>"\'', 'xml:lang': 'fr', '{urn:b}z': '1', none: null }, [
      'a]]>\r\n\t',
      xmlElement('none', {}, [xmlElement({ namespace: 'urn:a', name: 'again' }), null]),
      xmlElement({ namespace: 'urn:b', name: 'b' }),
    ]);
    expect(parseXml(writeXml(root)).value.root).toEqual(root);
    expect(parseXml(writeXml(root, { prefixes: { 'urn:a': 'a', 'urn:b': '' } })).value.root).toEqual(root);
  });

  it('declares given prefixes on the root, used or not, and invents the others', () => {
    const root = xmlElement({ namespace: 'urn:a', name: 'a' }, {}, [
      xmlElement({ namespace: 'urn:b', name: 'b' }),
      xmlElement({ namespace: 'urn:c', name: 'c' }),
    ]);
    expect(latin1(writeXml(root, { prefixes: { 'urn:b': 'ns1', 'urn:xsi': 'xsi' }, declaration: false }))).toBe(
      '<a xmlns="urn:a" xmlns:ns1="urn:b" xmlns:xsi="urn:xsi" xmlns:ns2="urn:c"><ns1:b/><ns2:c/></a>',
    );
  });

  it('indents only where there is no text', () => {
    const root = xmlElement('a', {}, [xmlElement('b', {}, [xmlElement('c')]), xmlElement('p', {}, ['x ', xmlElement('i', {}, ['y'])])]);
    expect(latin1(writeXml(root, { indent: true, instructions: [{ target: 'xml-stylesheet', data: 'href="a.xsl"' }] }))).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet href="a.xsl"?>\n<a>\n  <b>\n    <c/>\n  </b>\n  <p>x <i>y</i></p>\n</a>\n',
    );
  });

  const nested = (depth: number): XmlElement => (depth === 0 ? xmlElement('a') : xmlElement('a', {}, [nested(depth - 1)]));
  const endless: { namespace: string; name: string; attributes: []; children: XmlElement[] } = {
    namespace: '',
    name: 'a',
    attributes: [],
    children: [],
  };
  endless.children.push(endless);

  it.each<[string, XmlElement, Parameters<typeof writeXml>[1]]>([
    ['a control character', xmlElement('a', {}, ['\u0001']), {}],
    ['NUL in an attribute', xmlElement('a', { b: '\u0000' }), {}],
    ['a lone surrogate', xmlElement('a', {}, ['\ud800']), {}],
    ['U+FFFE', xmlElement('a', {}, ['\ufffe']), {}],
    ['a name with a space', xmlElement('a b'), {}],
    ['a name with a colon', xmlElement('a:b'), {}],
    ['an empty name', xmlElement(''), {}],
    ['a name that closes the tag', xmlElement('a><b'), {}],
    ['an attribute name with a space', xmlElement('a', { 'b c': '' }), {}],
    ['a namespace declaration as attribute', xmlElement('a', { xmlns: 'urn:x' }), {}],
    [
      'an attribute twice',
      {
        namespace: '',
        name: 'a',
        attributes: [
          { namespace: '', name: 'b', value: '1' },
          { namespace: '', name: 'b', value: '2' },
        ],
        children: [],
      },
      {},
    ],
    ['one prefix for two namespaces', xmlElement('a'), { prefixes: { 'urn:a': 'p', 'urn:b': 'p' } }],
    ['a reserved prefix', xmlElement('a'), { prefixes: { 'urn:a': 'xmlfoo' } }],
    ['a prefix that is no name', xmlElement('a'), { prefixes: { 'urn:a': '1' } }],
    ['the namespace of xmlns', xmlElement({ namespace: 'http://www.w3.org/2000/xmlns/', name: 'a' }), {}],
    ['an instruction that ends itself', xmlElement('a'), { instructions: [{ target: 'x', data: 'a?><b/>' }] }],
    ['an instruction named xml', xmlElement('a'), { instructions: [{ target: 'XML', data: '' }] }],
    ['more than 1000 levels', nested(1001), {}],
    ['a tree that contains itself', endless, {}],
  ])('refuses %s', (_what, root, options) => {
    expect(codeOf(() => writeXml(root, options))).toBe('ERR_MSS_XML_WRITE');
  });
});

describe("fast-xml-parser's builder, which is not used", () => {
  const builder = new XMLBuilder({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '@' });
  const build = (node: object): string => builder.build([node]);

  it('loses line breaks of attributes, writes forbidden characters, checks no name', () => {
    const attribute = build({ a: [], ':@': { '@b': '1\r\n\t2' } });
    expect(attributeOf(parseXml(utf8(attribute)).value.root, 'b')).not.toBe('1\r\n\t2');
    expect(codeOf(() => parseXml(utf8(build({ a: [{ '#text': '\u0001' }] }))))).toBe('ERR_MSS_XML_MALFORMED');
    expect(codeOf(() => parseXml(utf8(build({ 'a b': [] }))))).toBe('ERR_MSS_XML_MALFORMED');
  });
});

describe('the same in python', () => {
  const python = spawnSync('python3', ['-c', 'import xml.etree.ElementTree']);
  const script = `
import sys, json, xml.etree.ElementTree as et
def tree(e): return [e.tag, e.attrib, e.text or '', [[tree(c), c.tail or ''] for c in e]]
print(json.dumps(tree(et.fromstring(sys.stdin.buffer.read()))))`;

  it.skipIf(python.status !== 0)('expat reads what writeXml writes', () => {
    const special = '\t\n\r<&>"\'é😀]]>\u0085\u2028';
    const root = xmlElement({ namespace: 'urn:a', name: 'a' }, { x: special, '{urn:b}y': '1' }, [
      special,
      xmlElement({ namespace: 'urn:b', name: 'b' }, {}, ['in']),
      'tail',
      xmlElement('none'),
    ]);
    const { stdout, stderr } = spawnSync('python3', ['-c', script], { input: writeXml(root) });
    expect(stderr.toString()).toBe('');
    expect(JSON.parse(stdout.toString())).toEqual([
      '{urn:a}a',
      { x: special, '{urn:b}y': '1' },
      special,
      [
        [['{urn:b}b', {}, 'in', []], 'tail'],
        [['none', {}, '', []], ''],
      ],
    ]);
  });
});
