import { InvalidArgumentError, Option, type Command } from 'commander';

import { count } from './option-parts.js';
import type { ProgramFrame } from './program.js';

type Sync = import('./commands/annuaire-sync.js').SyncCommandOptions;
type Search = import('./commands/annuaire-search.js').SearchCommandOptions;

/** Commands on the local copy of the Annuaire Santé. */
export function addDirectoryCommands({ say, group, add }: ProgramFrame): void {
  const annuaire = group('annuaire', say("copie locale de l'Annuaire Santé", 'local copy of the Annuaire Santé'));
  const withDb = (command: Command): Command =>
    command.requiredOption('--db <fichier>', say('fichier SQLite, ou adresse postgres://', 'SQLite file, or postgres:// address'));
  withDb(
    add(
      annuaire,
      'sync <source>',
      say("met la copie à jour depuis l'extraction publique", 'brings the copy up to date from the public extraction'),
      async (context, source: string, options: Sync) =>
        (await import('./commands/annuaire-sync.js')).syncAnnuaire(context, source, options),
    ),
  )
    .option('--max-change <pour-cent>', say('refuse de changer plus que cette part', 'refuses to change more than this part'), percent, 5)
    .option(
      '--ca <fichier...>',
      say('autorités du serveur (par défaut les publiques)', 'authorities of the server (default: the public ones)'),
    )
    .option('--crl-cache <dossier>', say('où garder les CRL', 'where CRLs are kept'))
    .option('--mirror <adresse...>', say('autres serveurs du même fichier', 'other servers of the same file'))
    .option('--proxy <hôte:port>', say('proxy HTTP', 'HTTP proxy'))
    .option('--sha256 <empreinte>', say('empreinte publiée du fichier', 'published hash of the file'))
    .option('--force', say('relit même ce qui paraît inchangé', 'reads even what seems unchanged'));
  withDb(
    add(
      annuaire,
      'search <texte...>',
      say('cherche comme on tape', 'searches as one types'),
      async (context, words: readonly string[], options: Search) =>
        (await import('./commands/annuaire-search.js')).searchAnnuaire(context, words.join(' '), options),
    ),
  )
    .option('--profession <mots>', say('profession ou spécialité', 'profession or speciality'))
    .option('--place <lieu>', say('commune ou code postal', 'town or postcode'))
    .option('--department <numéro...>', say('départements : 69, 2A, 974', 'departments: 69, 2A, 974'))
    .addOption(new Option('--type <type...>', say('types de BAL', 'types of mailbox')).choices(['PER', 'ORG', 'APP', 'CAB']))
    .option('--limit <nombre>', say('réponses au plus (200)', 'hits at most (200)'), count, 20)
    .option('--offset <nombre>', say('réponses sautées', 'hits passed over'), count, 0);
  withDb(
    add(
      annuaire,
      'show <adresse>',
      say("toutes les fiches d'une adresse", 'every entry of an address'),
      async (context, address: string, options: { readonly db: string }) =>
        (await import('./commands/annuaire-search.js')).showAnnuaire(context, address, options),
    ),
  );
}

function percent(text: string): number {
  // Lines that went and lines that came both count: a wholly other file is 200 % away.
  if (!/^\d{1,4}(?:\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError('0–9999');
  return Number(text);
}
