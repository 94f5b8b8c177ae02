import { FilterParser } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { isFilterText } from '../../src/ldap/filter-text.js';

describe('a configured filter [RFC 4515 §3]', () => {
  it.each([
    '(objectClass=*)',
    '(cn=Babs Jensen)',
    '(!(cn=Tim Howes))',
    '(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))',
    '(o=univ*of*mich*)',
    '(seeAlso=)',
    '(cn:caseExactMatch:=Fred Flintstone)',
    '(sn:dn:2.4.6.8.10:=Barney Rubble)',
    '(o=Parens R Us \\28for all your parenthetical needs\\29)',
    '(sn=Lu\\c4\\8di\\c4\\87)',
    '(age>=30)',
    '(name~=Éloïse)',
    '(bin=\\04\\02\\48\\69)',
  ])('is accepted, here and by what parses it: %s', (text) => {
    expect(isFilterText(text)).toBe(true);
    expect(() => FilterParser.parseString(text)).not.toThrow();
  });

  it.each([
    '',
    'objectClass=*',
    '(objectClass=',
    '(objectClass=*',
    '(objectClass)',
    '(=a)',
    '(a=b)(c=d)',
    '(a=b))',
    '(&)',
    '(!(a=b)(c=d))',
    '(&(a=b)',
    '(a=b(c)',
    '(a=\\zz)',
    '(a=\0)',
    '(1.3.6.1.4.1.1466.0=a)',
  ])('is refused: %j', (text) => {
    expect(isFilterText(text)).toBe(false);
  });

  it('is refused when it is nested without end', () => {
    expect(isFilterText(`${'(!'.repeat(100_000)}(a=b)${')'.repeat(100_000)}`)).toBe(false);
  });
});
