import { isProfileId } from '@mss/core';
import { Command, InvalidArgumentError, Option } from 'commander';

import type { CommandAction, CommandContext } from './command.js';
import type { CliIo } from './io.js';

/** Runs an action in the context of its options; the caller prints what comes back. */
export type Invocation = (context: Omit<CommandContext, 'io'>, action: (context: CommandContext) => Promise<Awaited<ReturnType<CommandAction<[]>>>>) => Promise<void>;

interface SharedOptions {
  readonly json?: boolean;
  readonly lang: 'fr' | 'en';
  readonly profile: CommandContext['profile'];
  readonly environment: CommandContext['environment'];
}

function profileOption(text: string): string {
  if (!isProfileId(text)) throw new InvalidArgumentError('ref2-0.1 or ref2-1.0.1');
  return text;
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number');
  return Number(text);
}

/**
 * The command line of `mss`: names, arguments and options as the contract has them. The work of each command is in
 * `commands/`, loaded only when it runs, so that `mss ins check` does not pay for the PDF fonts.
 */
export function buildProgram(invoke: Invocation, io: CliIo): Command {
  const program = new Command('mss')
    .description('Outils MSSanté : identités, documents, archives, messages, accusés, canal sécurisé')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: () => {} })
    .helpCommand(true);

  /** A command with the shared options; its action gets the context, then its own arguments and options. */
  const add = <Arguments extends readonly unknown[]>(
    parent: Command,
    usage: string,
    description: string,
    action: (context: CommandContext, ...args: Arguments) => Promise<Awaited<ReturnType<CommandAction<[]>>>>,
  ): Command =>
    parent
      .command(usage)
      .description(description)
      .exitOverride()
      .configureOutput({ writeOut: io.stdout, writeErr: () => {} })
      .option('--json', 'un document JSON sur la sortie standard')
      .addOption(new Option('--lang <langue>', 'langue de la sortie').choices(['fr', 'en']).default('fr'))
      .addOption(new Option('--profile <profil>', 'version du référentiel').argParser(profileOption).default('ref2-0.1'))
      .addOption(new Option('--environment <environnement>', 'production ou test').choices(['production', 'test']).default('production'))
      .action(async (...all: unknown[]) => {
        // Commander hands over the arguments, then the options, then the command itself.
        const args = all.slice(0, -1) as unknown as Arguments;
        const shared = args.at(-1) as SharedOptions;
        await invoke({ json: shared.json === true, language: shared.lang, profile: shared.profile, environment: shared.environment }, (context) => action(context, ...args));
      });

  const group = (name: string, description: string): Command => program.command(name).description(description).exitOverride().configureOutput({ writeOut: io.stdout, writeErr: () => {} });

  const ins = group('ins', 'matricule INS et adresse de patient');
  add(ins, 'check <matricule>', 'vérifie un matricule INS', async (context, matricule: string, options: { oid?: string }) =>
    (await import('./commands/ins.js')).checkIns(context, matricule, options),
  ).option('--oid <oid>', "OID de l'identité : lui seul distingue NIR et NIA");
  add(ins, 'address <matricule>', "adresse Mon espace santé d'une identité qualifiée", async (context, matricule: string, options: { oid?: string; status: string }) =>
    (await import('./commands/ins.js')).addressIns(context, matricule, options),
  )
    .requiredOption('--status <statut>', "statut de l'identité : qualifiee")
    .option('--oid <oid>', "OID de l'identité");

  const subject = group('subject', "objet d'un courriel MSSanté");
  add(subject, 'parse <objet>', 'lit un objet', async (context, text: string) => (await import('./commands/subject.js')).parseSubjectCommand(context, text));
  add(subject, 'format <cda...>', "objet et noms de PDF d'un ou plusieurs CDA", async (context, files: string[]) =>
    (await import('./commands/subject.js')).formatSubjectCommand(context, files),
  );

  const cda = group('cda', 'documents CDA R2');
  add(cda, 'inspect <cda>', 'en-tête et sections', async (context, file: string) => (await import('./commands/cda.js')).inspectCda(context, file));
  add(cda, 'pdf <cda...>', 'PDF/A-1 du ou des documents', async (context, files: string[], options: import('./commands/cda.js').PdfOptions) =>
    (await import('./commands/cda.js')).pdfCda(context, files, options),
  )
    .requiredOption('-o, --output <fichier>', 'PDF à écrire')
    .option('--converter <commande>', 'Ghostscript, pour rendre conforme un PDF encapsulé qui ne l’est pas')
    .option('--datamatrix', "Datamatrix INS dans l'encadré d'identité");

  const xdm = group('xdm', 'archives IHE_XDM.ZIP');
  add(xdm, 'pack <cda...>', 'archive IHE_XDM.ZIP', async (context, files: string[], options: import('./commands/xdm.js').PackOptions) =>
    (await import('./commands/xdm.js')).packXdm(context, files, options),
  )
    .requiredOption('-o, --output <fichier>', 'archive à écrire')
    .option('--author-institution <nom>', 'organisme émetteur')
    .option('--submission-time <date>', 'AAAAMMJJhhmmss, en temps universel')
    .option('--class-code <code>', 'classe des types que la table ASS_X04 ne connaît pas');
  add(xdm, 'inspect <zip>', 'patient, documents, empreintes', async (context, file: string, options: { extract?: string }) =>
    (await import('./commands/xdm.js')).inspectXdm(context, file, options),
  ).option('--extract <dossier>', 'écrit les documents sous des noms opaques');

  const message = group('message', 'courriels MSSanté');
  add(message, 'build', 'compose un courriel', async (context, options: import('./commands/message-build.js').BuildOptions) =>
    (await import('./commands/message-build.js')).buildMessage(context, options),
  )
    .requiredOption('--from <libellé>', "expéditeur : 'Dr_Marie_MARTIN_Cabinet <marie.martin@…>'")
    .addOption(new Option('--mailbox-kind <nature>', 'nature de la BAL').choices(['per', 'org', 'app']).makeOptionMandatory())
    .requiredOption('--to <adresse...>', 'destinataires')
    .option('--cda <cda...>', 'documents')
    .option('--subject <texte>', 'objet, quand il n’y a pas de document')
    .option('--attach <fichier...>', 'autres pièces jointes')
    .option('--ins-status <statut>', "statut de l'identité du patient destinataire : qualifiee")
    .option('--end-conversation', 'met fin à la conversation avec le patient (ref2-1.0.1)')
    .option('--text <fichier>', 'corps en texte')
    .option('--html <fichier>', 'corps en HTML')
    .option('--reply-to <adresse>', 'adresse de réponse')
    .option('--in-reply-to <eml>', 'courriel auquel on répond')
    .option('--applicative <contact>', 'BAL personnelle ou organisationnelle à joindre (BAL applicative)')
    .option('--request <accusés>', 'dsn,mdn')
    .option('--nil <numéro>', 'numéro du produit (X-MSS-NIL)')
    .option('--case-number <numéro>', 'numéro de dossier pour le nom des PDF')
    .option('--converter <commande>', 'Ghostscript, pour rendre conforme un PDF encapsulé qui ne l’est pas')
    .requiredOption('-o, --output <fichier>', 'courriel à écrire');
  add(message, 'inspect <eml>', 'lit un courriel', async (context, file: string) => (await import('./commands/message-inspect.js')).inspectMessage(context, file));

  const receipt = group('receipt', 'accusés DSN et MDN');
  add(receipt, 'inspect <eml>', 'lit un accusé', async (context, file: string) => (await import('./commands/receipt.js')).inspectReceiptCommand(context, file));

  const tls = group('tls', 'canal sécurisé');
  add(tls, 'probe <hôte:port>', "vérifie le canal d'un opérateur", async (context, target: string, options: import('./commands/tls.js').ProbeOptions) =>
    (await import('./commands/tls.js')).probeTlsCommand(context, target, options),
  )
    .addOption(new Option('--starttls <protocole>', 'dialogue avant TLS').choices(['imap', 'smtp', 'none']).default('none'))
    .option('--ca <fichier...>', 'ancres de confiance (PEM, DER ou P7B)')
    .option('--crl-cache <dossier>', 'CRL conservées')
    .option('--servername <nom>', 'nom attendu dans le certificat, quand ce n’est pas celui de l’hôte')
    .option('--timeout-ms <durée>', 'échéance en millisecondes', count, 15_000);

  add(program, 'sandbox', 'un monde MSSanté sur cette machine', async (context, options: import('./commands/sandbox.js').SandboxOptions) =>
    (await import('./commands/sandbox.js')).runSandbox(context, options),
  )
    .option('--port-base <port>', 'premier des ports', count)
    .option('--data <dossier>', 'où écrire les certificats de test')
    .option('--scenario <fichier>', 'comptes et incidents');

  return program;
}
