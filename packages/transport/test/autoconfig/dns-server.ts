import { createSocket } from 'node:dgram';

/** A record as a zone file of a test writes it. */
export type ZoneRecord =
  | { readonly type: 'SRV'; readonly priority: number; readonly weight: number; readonly port: number; readonly target: string }
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'CNAME'; readonly target: string };

/** What a name answers with: records, an RCODE, or silence. */
export type ZoneAnswer = readonly ZoneRecord[] | 'SERVFAIL' | 'NXDOMAIN' | 'silent' | 'garbage';

const types = { A: 1, CNAME: 5, SRV: 33 } as const;
const rcodes = { SERVFAIL: 2, NXDOMAIN: 3 } as const;

function nameBytes(name: string): Buffer {
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}

function dataOf(record: ZoneRecord): Buffer {
  if (record.type === 'A') return Buffer.from(record.address.split('.').map(Number));
  if (record.type === 'CNAME') return nameBytes(record.target);
  const numbers = Buffer.alloc(6);
  numbers.writeUInt16BE(record.priority, 0);
  numbers.writeUInt16BE(record.weight, 2);
  numbers.writeUInt16BE(record.port, 4);
  return Buffer.concat([numbers, nameBytes(record.target)]);
}

function recordBytes(owner: string, record: ZoneRecord): Buffer {
  const data = dataOf(record);
  const head = Buffer.alloc(10);
  head.writeUInt16BE(types[record.type], 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(0, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([nameBytes(owner), head, data]);
}

/** The first question: its name and type, and its bytes. */
function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly bytes: Buffer } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length !== 0; length = query[at] ?? 0) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString('latin1'));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), bytes: query.subarray(12, at + 5) };
}

export interface DnsServer {
  /** For `Resolver.setServers`. */
  readonly server: string;
  /** Names asked, with the number of their type. */
  readonly asked: readonly string[];
  /** From now on. */
  zone(names: Readonly<Record<string, ZoneAnswer>>): void;
  close(): Promise<void>;
}

/** A DNS server (RFC 1035, UDP only) that knows what a test tells it. */
export async function startDnsServer(): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  let names: Readonly<Record<string, ZoneAnswer>> = {};
  socket.on('message', (query, from) => {
    const question = questionOf(query);
    asked.push(`${question.name} ${question.type}`);
    const answer = names[question.name] ?? 'NXDOMAIN';
    if (answer === 'silent') return;
    if (answer === 'garbage') {
      socket.send(Buffer.concat([query.subarray(0, 2), Buffer.from('8580ffff', 'hex')]), from.port, from.address);
      return;
    }
    const records = typeof answer === 'string' ? [] : answer.filter(({ type }) => types[type] === question.type || type === 'CNAME');
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8580 + (typeof answer === 'string' ? rcodes[answer] : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    const reply = Buffer.concat([head, question.bytes, ...records.map((record) => recordBytes(question.name, record))]);
    socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    server: `127.0.0.1:${socket.address().port}`,
    asked,
    zone: (next) => void (names = next),
    close: async () => new Promise<void>((resolve) => void socket.close(() => resolve())),
  };
}
