import { readRecord } from './host-record.js';
import { join } from 'node:path';
import { createTempDirectory } from '@mss/testkit';

import { judge, type Sum } from './judge.js';
import type { Letter } from './protocol.js';
import type { ChaosServers } from './servers.js';
import { Station, type End } from './station.js';
import { planKills, receiveSteps, seededRandom, sendSteps, type KillPoint } from './steps.js';

/** How a run kills. */
export interface KillRunOptions {
  readonly seed: number;
  /** Over both processes. */
  readonly kills: number;
  /** `named`: each life ends at a step of its plan. `random`: each ends at a moment drawn from the seed. */
  readonly mode: 'named' | 'random';
}

/** What a run did, and what was found. */
export interface KillRunResult extends KillRunOptions {
  readonly servers: ChaosServers['name'];
  readonly sum: Sum;
  readonly problems: readonly string[];
  /** Kills by step; `moment` are those that came from outside. */
  readonly killed: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const lettersPerLife = 3;
const longestLifeMs = 8_000;

/** Kills a sender and a receiver again and again, lets them finish, and compares all accounts of what happened. */
export async function runKills(servers: ChaosServers, options: KillRunOptions): Promise<KillRunResult> {
  const started = performance.now();
  await using folder = await createTempDirectory();
  const random = seededRandom(options.seed);
  const server = servers.access;
  const sender = await Station.create({ address: servers.sender, folder: join(folder.path, 'sender'), server });
  const receiver = await Station.create({ address: servers.receiver, folder: join(folder.path, 'receiver'), server });
  const letters: Letter[] = [];
  const killed: Record<string, number> = {};
  const note = (end: End, who: string, kill: KillPoint | null): void => {
    const name = end === 'at-its-step' && kill !== null ? `${who}: ${kill.step}` : `${who}: moment`;
    killed[name] = (killed[name] ?? 0) + 1;
  };
  const write = (): readonly Letter[] =>
    Array.from({ length: lettersPerLife }, () => {
      const documentId = `s${options.seed}-d${letters.length + 1}`;
      const letter = {
        documentId,
        to: servers.receiver,
        text: `Compte rendu ${documentId}. ${'Examen sans particularité. '.repeat(100)}`.trim(),
      };
      letters.push(letter);
      return letter;
    });
  const [forSender, forReceiver] = [Math.ceil(options.kills / 2), Math.floor(options.kills / 2)];
  const named = options.mode === 'named';
  const plan = (steps: Parameters<typeof planKills>[0], count: number): readonly (KillPoint | null)[] =>
    named ? planKills(steps, { count, random }) : Array.from({ length: count }, () => null);
  const moments = Array.from({ length: options.kills }, () => random() ** 2 * 1_500);
  const [sending, receiving] = [
    plan([...sendSteps, 'fetched'], forSender),
    plan([...receiveSteps, 'dot-noted', 'dot-sent', 'answer-got', 'verdict-noted'], forReceiver),
  ];
  const lifeMs = (index: number): number => (named ? longestLifeMs : (moments[index] ?? 0));
  try {
    await Promise.all([
      (async () => {
        for (const [index, kill] of sending.entries())
          note(await sender.live({ letters: write(), kill, killAfterMs: lifeMs(index) }), 'sender', kill);
        await sender.liveOn();
      })(),
      (async () => {
        for (const [index, kill] of receiving.entries())
          note(await receiver.live({ letters: [], kill, killAfterMs: lifeMs(forSender + index) }), 'receiver', kill);
        await receiver.liveOn();
      })(),
    ]);
    await untilQuiet(servers, { sender, receiver, letters: letters.length });
    const reports = await Promise.all([sender.finish(), receiver.finish()]);
    const { sum, problems } = judge({
      letters,
      sender: reports[0],
      receiver: reports[1],
      record: readRecord(join(receiver.folder, 'host-record.jsonl')),
      toldAgain: readRecord(join(receiver.folder, 'told-again.jsonl')).length,
      senderMails: await servers.mails(servers.sender),
      receiverMails: await servers.mails(servers.receiver),
      log: await servers.log(),
    });
    return { ...options, servers: servers.name, sum, problems, killed, seconds: Math.round((performance.now() - started) / 1000) };
  } finally {
    sender.close();
    receiver.close();
  }
}

/** Until nothing is under way any more, on the servers and in both ledgers. */
async function untilQuiet(
  servers: ChaosServers,
  { sender, receiver, letters }: { readonly sender: Station; readonly receiver: Station; readonly letters: number },
): Promise<void> {
  const end = performance.now() + 90_000;
  let quiet = 0;
  while (quiet < 3) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const station of [sender, receiver]) {
      const failure = await station.failure();
      if (failure !== null) throw failure;
    }
    const recorded = readRecord(join(receiver.folder, 'host-record.jsonl')).length;
    const counts = [await servers.countMails(servers.sender), await servers.countMails(servers.receiver)];
    const isIdle = [sender.status, receiver.status].every(
      (status, index) => status !== null && status.unsettled === 0 && status.unfinished === 0 && status.finished === counts[index],
    );
    quiet = isIdle && recorded >= letters && (await servers.log()).isQuiet ? quiet + 1 : 0;
    if (performance.now() > end) {
      throw new Error(
        `not quiet in time: ${JSON.stringify({ sender: sender.status, receiver: receiver.status, recorded, letters, counts })}`,
      );
    }
  }
}
