const person = (pro) => [pro.title ?? pro.prefix, pro.given, pro.family].filter(Boolean).join(' ');

/** What `mss cda inspect --json` must say of a document, from what the document was made of, without reading it. */
export function golden({ doc }) {
  const { patient } = doc;
  const main = doc.acts.find((act) => act.performer !== undefined && act.low !== undefined);
  const orders = (doc.orders ?? []).flatMap((order) => order.ids.map((id) => id.extension ?? id.root));
  const text = doc.body.name === 'nonXMLBody' ? doc.body.children[0] : null;
  const content = text?.children[0];
  const declared = text?.attributes.find(([name]) => name === 'mediaType')[1];
  const encoded = text?.attributes.some(([name]) => name === 'representation');
  const titles = (components) =>
    components.flatMap(({ children: [{ children }] }) => {
      const title = children.find((one) => one.name === 'title')?.children[0];
      const code = children.find((one) => one.name === 'code')?.attributes.find(([name]) => name === 'displayName')?.[1];
      return [title ?? code ?? '', ...titles(children.filter((one) => one.name === 'component'))];
    });
  return {
    level: text === null ? 3 : 1,
    documentId: doc.id.extension === undefined ? doc.id.root : `${doc.id.root}^${doc.id.extension}`,
    type: { code: doc.type[0], system: doc.type[2] ?? '2.16.840.1.113883.6.1', displayName: doc.type[1] },
    title: doc.title,
    patient: {
      matricule: patient.ins,
      oid: patient.oid,
      birthName: patient.birthFamily,
      usualName: patient.usualFamily,
      givenNames: patient.birthGiven,
      birthDate: patient.birth,
      sex: patient.sex,
    },
    serviceStart: main.low,
    orderNumbers: [...new Set(orders)],
    author: doc.authors.map((one) => (one.pro === undefined ? 'Module Synthèse 4.2 Dossier patient Exemple' : person(one.pro))),
    custodian: doc.custodian.name,
    legalAuthenticator: person(doc.legal),
    embedded:
      text === null
        ? null
        : {
            mediaType: declared === 'text/rtf' ? 'application/rtf' : declared,
            bytes: encoded ? Buffer.from(content, 'base64').length : Buffer.byteLength(content),
          },
    sections: text === null ? titles(doc.body.children) : [],
  };
}
