import { Option, type Command } from 'commander';

import { addDirectoryCommands } from './directory-table.js';
import { addMailboxCommands } from './mailbox-table.js';
import { addContentOptions, count } from './option-parts.js';
import type { ProgramFrame } from './program.js';

/**
 * The commands: names, arguments and options as the contract has them. The work of each is in `commands/`, loaded only when it
 * runs, so that `mss ins check` does not pay for the PDF fonts.
 */
export function addCommands(program: Command, frame: ProgramFrame): void {
  addIdentityCommands(frame);
  addDocumentCommands(frame);
  addMessageCommands(frame);
  addChannelCommands(program, frame);
  addMailboxCommands(program, frame);
  addDirectoryCommands(frame);
}

function addIdentityCommands({ say, group, add }: ProgramFrame): void {
  const ins = group('ins', say('matricule INS et adresse de patient', 'INS matricule and patient address'));
  add(
    ins,
    'check <matricule>',
    say('vérifie un matricule INS', 'checks an INS matricule'),
    async (context, matricule: string, options: { oid?: string }) =>
      (await import('./commands/ins.js')).checkIns(context, matricule, options),
  ).option('--oid <oid>', say("OID de l'identité : lui seul distingue NIR et NIA", 'OID of the identity: it alone tells NIR from NIA'));
  add(
    ins,
    'address <matricule>',
    say("adresse Mon espace santé d'une identité qualifiée", 'Mon espace santé address of a qualified identity'),
    async (context, matricule: string, options: { oid?: string; status: string }) =>
      (await import('./commands/ins.js')).addressIns(context, matricule, options),
  )
    .requiredOption('--status <statut>', say("statut de l'identité : qualifiee", 'status of the identity: qualifiee'))
    .option('--oid <oid>', say("OID de l'identité", 'OID of the identity'));

  const subject = group('subject', say("objet d'un courriel MSSanté", 'subject of an MSSanté mail'));
  add(subject, 'parse <objet>', say('lit un objet', 'reads a subject'), async (context, text: string) =>
    (await import('./commands/subject.js')).parseSubjectCommand(context, text),
  );
  add(
    subject,
    'format <cda...>',
    say("objet et noms de PDF d'un ou plusieurs CDA", 'subject and PDF names of one or several CDA'),
    async (context, files: string[]) => (await import('./commands/subject.js')).formatSubjectCommand(context, files),
  );
}

function addDocumentCommands({ say, group, add }: ProgramFrame): void {
  const output = '-o, --output <fichier>';
  const cda = group('cda', say('documents CDA R2', 'CDA R2 documents'));
  add(cda, 'inspect <cda>', say('en-tête et sections', 'header and sections'), async (context, file: string) =>
    (await import('./commands/cda.js')).inspectCda(context, file),
  );
  add(
    cda,
    'pdf <cda...>',
    say('PDF/A-1 du ou des documents', 'PDF/A-1 of the document or documents'),
    async (context, files: string[], options: import('./commands/cda.js').PdfOptions) =>
      (await import('./commands/cda.js')).pdfCda(context, files, options),
  )
    .requiredOption(output, say('PDF à écrire', 'PDF to write'))
    .option(
      '--converter <commande>',
      say('Ghostscript, pour rendre conforme un PDF encapsulé qui ne l’est pas', 'Ghostscript, to make an embedded PDF conformant'),
    )
    .option('--datamatrix', say("Datamatrix INS dans l'encadré d'identité", 'INS Datamatrix in the identity box'));

  const xdm = group('xdm', say('archives IHE_XDM.ZIP', 'IHE_XDM.ZIP archives'));
  add(
    xdm,
    'pack <cda...>',
    say('fait une archive IHE_XDM.ZIP', 'makes an IHE_XDM.ZIP archive'),
    async (context, files: string[], options: import('./commands/xdm.js').PackOptions) =>
      (await import('./commands/xdm.js')).packXdm(context, files, options),
  )
    .requiredOption(output, say('archive à écrire', 'archive to write'))
    .option('--author-institution <nom>', say('organisme émetteur', 'sending institution'))
    .option('--submission-time <date>', say('AAAAMMJJhhmmss, en temps universel', 'YYYYMMDDhhmmss, UTC'))
    .option(
      '--class-code <code>',
      say('classe des types que la table ASS_X04 ne connaît pas', 'class of types that the table ASS_X04 lacks'),
    );
  add(
    xdm,
    'inspect <zip>',
    say('patient, documents, empreintes', 'patient, documents, hashes'),
    async (context, file: string, options: { extract?: string }) => (await import('./commands/xdm.js')).inspectXdm(context, file, options),
  ).option('--extract <dossier>', say('écrit les documents sous des noms opaques', 'writes the documents under opaque names'));
}

function addMessageCommands({ say, group, add }: ProgramFrame): void {
  const message = group('message', say('courriels MSSanté', 'MSSanté mails'));
  const built = add(
    message,
    'build',
    say('compose un courriel', 'composes a mail'),
    async (context, options: import('./commands/message-build.js').BuildOptions) =>
      (await import('./commands/message-build.js')).buildMessage(context, options),
  )
    .requiredOption(
      '--from <libellé>',
      say("expéditeur : 'Dr_Marie_MARTIN_Cabinet <marie.martin@…>'", "sender: 'Dr_Marie_MARTIN_Cabinet <marie.martin@…>'"),
    )
    .addOption(
      new Option(
        '--mailbox-kind <nature>',
        say('BAL personnelle, organisationnelle ou applicative', 'personal, organisational or applicative mailbox'),
      )
        .choices(['per', 'org', 'app'])
        .makeOptionMandatory(),
    )
    .requiredOption('--to <adresse...>', say('destinataires', 'recipients'))
    .requiredOption('-o, --output <fichier>', say('courriel à écrire', 'mail to write'));
  addContentOptions(built, say);
  add(message, 'inspect <eml>', say('lit un courriel', 'reads a mail'), async (context, file: string) =>
    (await import('./commands/message-inspect.js')).inspectMessage(context, file),
  );

  const receipt = group('receipt', say('accusés DSN et MDN', 'DSN and MDN receipts'));
  add(receipt, 'inspect <eml>', say('lit un accusé', 'reads a receipt'), async (context, file: string) =>
    (await import('./commands/receipt.js')).inspectReceiptCommand(context, file),
  );
}

function addChannelCommands(program: Command, { say, group, add }: ProgramFrame): void {
  const tls = group('tls', say('canal sécurisé', 'secure channel'));
  add(
    tls,
    'probe <hôte:port>',
    say("vérifie le canal d'un opérateur", "checks an operator's channel"),
    async (context, target: string, options: import('./commands/tls.js').ProbeOptions) =>
      (await import('./commands/tls.js')).probeTlsCommand(context, target, options),
  )
    .addOption(
      new Option('--starttls <protocole>', say('dialogue avant TLS', 'dialogue before TLS'))
        .choices(['imap', 'smtp', 'ldap', 'none'])
        .default('none'),
    )
    .option(
      '--ca <fichier...>',
      say('autorités de confiance (PEM, DER ou P7B) ; sans elle, aucune', 'trusted authorities (PEM, DER or P7B); without it, none'),
    )
    .option('--crl-cache <dossier>', say('où garder les CRL', 'where CRLs are kept'))
    .option(
      '--servername <nom>',
      say(
        "nom attendu dans le certificat, quand ce n'est pas celui de l'hôte",
        "name expected in the certificate, when it is not the host's",
      ),
    )
    .option('--timeout-ms <durée>', say('échéance en millisecondes', 'deadline in milliseconds'), count, 15_000);

  add(
    program,
    'sandbox',
    say('un monde MSSanté sur cette machine', 'an MSSanté world on this machine'),
    async (context, options: import('./commands/sandbox.js').SandboxCommandOptions) =>
      (await import('./commands/sandbox.js')).runSandbox(context, options),
  )
    .option('--port-base <port>', say('premier des ports', 'first of the ports'), count)
    .option('--data <dossier>', say('où écrire les certificats de test', 'where the test certificates are written'))
    .option('--scenario <fichier>', say('comptes et incidents (JSON)', 'accounts and incidents (JSON)'));
}
