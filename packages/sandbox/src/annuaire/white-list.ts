import { writeXml, xmlElement } from '@mss/formats/xml';

const namespace = 'https://listeblanche.mssante.fr/schema';

/** A domain of the trust space whose name is not ASCII: some of the real list are so. */
export const internationalDomain = 'hôpital-de-l-îlot.mssante.test';

/**
 * The white list of domains: `Domaine/Nom` in the namespace of the published one.
 *
 * Its other elements (the operators' certificates among them), its schema and its signature are not public: they are not
 * here, and the name of the root element is ours.
 */
export function whiteListXml(domains: readonly string[]): Uint8Array {
  const element = (name: string, children: Parameters<typeof xmlElement>[2]): ReturnType<typeof xmlElement> =>
    xmlElement({ namespace, name }, {}, children);
  return writeXml(
    element(
      'ListeBlanche',
      domains.map((domain) => element('Domaine', [element('Nom', [domain])])),
    ),
    { prefixes: { [namespace]: '' }, declaration: true, indent: true },
  );
}
