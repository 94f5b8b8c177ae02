import { Option, type Command } from 'commander';

import { addContentOptions, count, duration, instant } from './option-parts.js';
import type { ProgramFrame } from './program.js';

type Send = import('./commands/send.js').SendOptions;
type Outbox = import('./commands/outbox.js').OutboxOptions;
type Inbox = import('./commands/inbox.js').InboxOptions;

/** Commands that work on a configured mailbox. */
export function addMailboxCommands(program: Command, frame: ProgramFrame): void {
  const { say, add } = frame;
  const kindOption = new Option(
    '--mailbox-kind <nature>',
    say('par défaut celle de la configuration', 'default: that of the configuration'),
  ).choices(['per', 'org', 'app']);
  const send = add(program, 'send', say('compose et envoie un courriel', 'composes and sends a mail'), async (context, options: Send) =>
    (await import('./commands/send.js')).sendCommand(context, options),
  );
  withConfig(frame, send)
    .requiredOption('--to <adresse...>', say('destinataires', 'recipients'))
    .option('--from <libellé>', say('expéditeur (par défaut celui de la configuration)', 'sender (default: that of the configuration)'))
    .addOption(kindOption);
  addContentOptions(send, say)
    .option(
      '--document-id <id>',
      say("clé d'unicité de l'envoi (par défaut les identifiants des CDA)", 'idempotency key (default: the ids of the CDA)'),
    )
    .option(
      '--deadline <durée>',
      say('attente du verdict : 30s, 5m, 2h', 'how long a verdict is waited for: 30s, 5m, 2h'),
      duration,
      60_000,
    )
    .option('--queue-only', say('met en file sans envoyer (mss outbox run enverra)', 'queues without sending (mss outbox run will)'))
    .option('--self-copy', say("copie à soi-même, preuve d'un envoi incertain", 'copy to oneself, evidence of an uncertain send'))
    .option('--replaces <id>', say('annule et remplace cet envoi', 'takes the place of that send'));
  addReceiving(program, frame);
  addOutbox(frame);

  withConfig(
    frame,
    add(
      program,
      'doctor',
      say(
        'vérifie la configuration et tout ce dont elle dépend, sans rien envoyer',
        'checks the configuration and all it depends on; sends nothing',
      ),
      async (context, options: { readonly config: string; readonly timeoutMs: number }) =>
        (await import('./commands/doctor.js')).doctorCommand(context, options),
    ),
  ).option('--timeout-ms <durée>', say('échéance de chaque vérification', 'deadline of each check'), count, 20_000);
}

function withConfig({ say }: ProgramFrame, command: Command): Command {
  return command.requiredOption(
    '--config <fichier>',
    say('configuration de la BAL (JSON, voir « mss help send »)', 'configuration of the mailbox (JSON, see: mss help send)'),
  );
}

function addReceiving(program: Command, frame: ProgramFrame): void {
  const { say, group, add } = frame;
  const mdnOption = new Option(
    '--mdn <règle>',
    say(
      'accusés de lecture demandés : jamais, toujours, ou plus tard par « mss inbox acknowledge »',
      'read receipts asked for: never, always, or later by: mss inbox acknowledge',
    ),
  ).choices(['ask', 'never', 'always']);
  withConfig(
    frame,
    add(
      program,
      'receive',
      say('reçoit les messages, une fois chacun, dans un dossier', 'receives messages, each once, into a folder'),
      async (context, options: import('./commands/receive.js').ReceiveOptions) =>
        (await import('./commands/receive.js')).receiveCommand(context, options),
    ),
  )
    .requiredOption('--into <dossier>', say('dossier où écrire, sous des noms opaques', 'folder to write to, under opaque names'))
    .option('--folder <nom>', say('dossier de la BAL', 'folder of the mailbox'), 'INBOX')
    .option('--limit <nombre>', say('nouveaux messages lus au plus', 'new messages read at most'), count)
    .option(
      '--follow',
      say("attend les suivants jusqu'à l'arrêt ; une ligne JSON par message", 'waits for more until stopped; one JSON line a message'),
    )
    .addOption(mdnOption)
    .option('--mark-seen', say('marque les messages reçus comme lus', 'marks received messages as seen'))
    .option(
      '--move-to <dossier>',
      say('déplace les messages reçus dans ce dossier de la BAL', 'moves received messages to this folder of the mailbox'),
    );

  const inbox = group('inbox', say('messages reçus et quarantaine', 'received messages and quarantine'));
  withConfig(
    frame,
    add(inbox, 'list', say('messages connus', 'known messages'), async (context, options: Inbox) =>
      (await import('./commands/inbox.js')).listInbox(context, options),
    ),
  )
    .addOption(
      new Option('--state <état>', say('seulement cet état', 'only this state')).choices([
        'waiting',
        'leased',
        'handed-over',
        'done',
        'quarantined',
        'elsewhere',
        'gone',
      ]),
    )
    .option('--limit <nombre>', say('au plus', 'at most'), count, 100);
  withConfig(
    frame,
    add(
      inbox,
      'release <id>',
      say('sort un message de la quarantaine', 'takes a message out of quarantine'),
      async (context, id: string, options: Inbox) => (await import('./commands/inbox.js')).releaseInbox(context, id, options),
    ),
  )
    .option('--unread', say('le remet sans le lire', 'hands it over unread'))
    .option('--any-size', say('le prend quelle que soit sa taille', 'takes it whatever its size'));
  withConfig(
    frame,
    add(
      inbox,
      'acknowledge <id>',
      say("envoie l'accusé de lecture demandé", 'sends the read receipt that was asked for'),
      async (context, id: string, options: Inbox) => (await import('./commands/inbox.js')).acknowledgeInbox(context, id, options),
    ),
  )
    .addOption(
      new Option('--as <acte>', say('ce qui est arrivé au message', 'what happened to the message'))
        .choices(['displayed', 'processed', 'dispatched', 'deleted'])
        .default('displayed'),
    )
    .option('--consent', say('la personne a été interrogée et accepte', 'the person was asked and agrees'));
}

function addOutbox(frame: ProgramFrame): void {
  const { say, group, add } = frame;
  const outbox = group('outbox', say("file d'envoi", 'outbox'));
  const deadline = (command: Command): Command =>
    command
      .option(
        '--deadline <durée>',
        say('attente du verdict : 30s, 5m, 2h', 'how long a verdict is waited for: 30s, 5m, 2h'),
        duration,
        60_000,
      )
      .option('--queue-only', say("n'envoie rien maintenant", 'sends nothing now'));
  withConfig(
    frame,
    add(outbox, 'list', say('envois, les plus récents d’abord', 'sends, the newest first'), async (context, options: Outbox) =>
      (await import('./commands/outbox.js')).listOutbox(context, options),
    ),
  )
    .addOption(
      new Option('--state <état>', say('seulement cet état', 'only this state')).choices(['waiting', 'sending', 'uncertain', 'settled']),
    )
    .option('--since <date>', say('mis en file depuis', 'queued since'), instant)
    .option('--before <date>', say('mis en file avant', 'queued before'), instant)
    .option('--limit <nombre>', say('au plus (1 à 1000)', 'at most (1 to 1000)'), count, 100);
  withConfig(
    frame,
    add(
      outbox,
      'show <id>',
      say("l'histoire d'un envoi et ce qu'on en sait", 'the story of a send and what is known of it'),
      async (context, id: string, options: Outbox) => (await import('./commands/outbox.js')).showOutbox(context, id, options),
    ),
  );
  deadline(
    withConfig(
      frame,
      add(outbox, 'retry <id>', say('essaie de nouveau maintenant', 'tries again now'), async (context, id: string, options: Outbox) =>
        (await import('./commands/outbox.js')).retryOutbox(context, id, options),
      ),
    ),
  );
  withConfig(
    frame,
    add(
      outbox,
      'cancel <id>',
      say('annule ce qui peut encore être retenu', 'cancels what can still be held back'),
      async (context, id: string, options: Outbox) => (await import('./commands/outbox.js')).cancelOutbox(context, id, options),
    ),
  );
  deadline(
    withConfig(
      frame,
      add(
        outbox,
        'resolve <id>',
        say("décide d'un envoi incertain", 'decides about an uncertain send'),
        async (context, id: string, options: Outbox) => (await import('./commands/outbox.js')).resolveOutbox(context, id, options),
      ),
    ).addOption(
      new Option(
        '--as <décision>',
        say('reçu ; à renvoyer au risque d’un doublon ; laissé là', 'received; sent again at the risk of a double; left there'),
      )
        .choices(['sent', 'send-again', 'give-up'])
        .makeOptionMandatory(),
    ),
  );
  withConfig(
    frame,
    add(
      outbox,
      'run',
      say("envoie ce qui est dû, jusqu'à ce que rien ne le soit", 'sends what is due, until nothing is'),
      async (context, options: Outbox) => (await import('./commands/outbox.js')).runOutbox(context, options),
    ),
  ).option('--follow', say("continue jusqu'à l'arrêt", 'goes on until stopped'));
}
