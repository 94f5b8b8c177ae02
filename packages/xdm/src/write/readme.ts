import { toAscii } from './ascii.js';

/** Who sends, for README.TXT and INDEX.HTM. Nothing in it identifies a patient. */
export interface XdmSender {
  /** The professional, for example `DR CAMPARINI Marcel`. */
  readonly name?: string | null;
  readonly institution?: string | null;
  /** National identifier of the institution. */
  readonly institutionId?: string | null;
  /** One line. */
  readonly address?: string | null;
  readonly telephone?: string | null;
  readonly software?: { readonly name: string; readonly version?: string | null; readonly vendor?: string | null };
}

/** `Laboratoire des charmes (1120459876)` */
export function institutionLine(sender: XdmSender): string | null {
  const { institution = null, institutionId = null } = sender;
  return institution === null ? institutionId : institutionId === null ? institution : `${institution} (${institutionId})`;
}

function section(title: string, lines: readonly (readonly [label: string, value: string | null | undefined])[]): string[] {
  const present = lines.filter(([, value]) => value !== null && value !== undefined && value.trim() !== '');
  if (present.length === 0) return [];
  return [`${title} :`, '='.repeat(title.length + 2), ...present.map(([label, value]) => `    . ${label} : ${(value ?? '').trim()}`), ''];
}

/**
 * README.TXT: sender, software, instructions and tree, in French, 7-bit ASCII with CRLF.
 *
 * @param files - names of the files of the subset, METADATA.XML first.
 * @see IHE ITI TF-2 3.32.4.1.2.1
 */
export function writeReadme(sender: XdmSender, files: readonly string[]): Uint8Array {
  const lines = [
    ...section('Emetteur', [
      ['Nom', sender.name],
      ['Organisme', institutionLine(sender)],
      ['Adresse', sender.address],
      ['Telephone', sender.telephone],
    ]),
    ...section("Application de l'emetteur", [
      ['Nom', sender.software?.name],
      ['Version', sender.software?.version],
      ['Editeur', sender.software?.vendor],
    ]),
    'Instructions :',
    '==============',
    '    . Ouvrez les fichiers recus par messagerie securisee de sante dans votre logiciel',
    '      de professionnel de sante.',
    '',
    'Arborescence :',
    '==============',
    '    README.TXT',
    '    INDEX.HTM',
    '    IHE_XDM',
    '        SUBSET01',
    ...files.map((name) => `            ${name}`),
    '',
  ];
  return new TextEncoder().encode(lines.map((line) => `${toAscii(line).trimEnd()}\r\n`).join(''));
}
