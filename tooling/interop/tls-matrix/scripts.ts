import type { Socket } from 'node:net';
import { clearDialogue, scriptedPeer, type ClearProtocol } from './peers.js';
import type { Peer } from './sighting.js';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** ExtendedResponse with a result code: 0 success, 52 unavailable; under message 0 the notice of disconnection. */
const ldapAnswer = (result: number, id = 1): Buffer => Buffer.from([0x30, 0x0c, 2, 1, id, 0x78, 7, 0x0a, 1, result, 4, 0, 4, 0]);

const refusals: Readonly<Record<ClearProtocol, Buffer>> = {
  imap: Buffer.from('a2 NO not now\r\n'),
  smtp: Buffer.from('454 not now\r\n'),
  ldap: ldapAnswer(52),
};

const goodbyes: Readonly<Record<ClearProtocol, Buffer>> = {
  imap: Buffer.from('* BYE overloaded\r\n'),
  smtp: Buffer.from('421 4.3.2 overloaded\r\n'),
  ldap: ldapAnswer(52, 0),
};

/** What an attacker would have the client take for an answer under TLS. */
const injected: Readonly<Record<ClearProtocol, Buffer>> = {
  imap: Buffer.from('* OK [ALERT] injected\r\n'),
  smtp: Buffer.from('250-injected\r\n250 AUTH PLAIN\r\n'),
  ldap: ldapAnswer(0, 2),
};

const foreign: Readonly<Record<ClearProtocol, Buffer>> = {
  imap: Buffer.from('220 this is SMTP\r\n'),
  smtp: Buffer.from('* OK this is IMAP\r\n'),
  ldap: Buffer.from('* OK this is IMAP, not LDAP\r\n'),
};

const endless: Readonly<Record<ClearProtocol, Buffer>> = {
  imap: Buffer.alloc(100_000, 0x78),
  smtp: Buffer.alloc(100_000, 0x78),
  ldap: bytes('30847fffffff'),
};

const capabilities = (imap: string, smtp: string): Readonly<Record<ClearProtocol, string>> => ({ imap, smtp, ldap: '' });

const lists: Readonly<Record<string, Readonly<Record<ClearProtocol, string>>>> = {
  stripped: capabilities('* CAPABILITY IMAP4rev1 LOGINDISABLED\r\na1 OK done\r\n', '250-front\r\n250 AUTH PLAIN\r\n'),
  'look-alike-capability': capabilities('* CAPABILITY IMAP4rev1 XSTARTTLS AUTH=PLAIN\r\na1 OK done\r\n', '250-front\r\n250 XSTARTTLS\r\n'),
};

/** A greeting, then one answer to whatever comes. */
function answering(socket: Socket, protocol: ClearProtocol, answer: string): void {
  if (protocol === 'imap') socket.write('* OK ready\r\n');
  if (protocol === 'smtp') socket.write('220 front ESMTP\r\n');
  socket.once('data', () => socket.write(answer));
}

async function attack(socket: Socket, protocol: ClearProtocol, state: string): Promise<void> {
  const list = lists[state];
  if (list !== undefined) return answering(socket, protocol, list[protocol]);
  if (state === 'preauth') return void socket.write('* PREAUTH welcome back\r\n');
  if (state === 'goodbye' && protocol !== 'ldap') return void socket.write(goodbyes[protocol]);
  if (state === 'nonsense' && protocol !== 'ldap') return void socket.write(foreign[protocol]);
  const consent = await clearDialogue(socket, protocol);
  const ends: Readonly<Record<string, () => unknown>> = {
    declined: () => socket.write(refusals[protocol]),
    goodbye: () => socket.write(goodbyes[protocol]),
    injection: () => socket.write(Buffer.concat([Buffer.from(consent, 'latin1'), injected[protocol]])),
    nonsense: () => socket.write(foreign[protocol]),
    endless: () => socket.write(endless[protocol]),
    closed: () => socket.end(),
    silent: () => {},
    'plain-after': () => {
      socket.write(Buffer.from(consent, 'latin1'));
      socket.once('data', () => socket.end('* OK this is not TLS\r\n'));
    },
  };
  ends[state]?.();
}

/** A server under an attacker's control, in the clear part of a protocol. */
export function attackingPeer(protocol: ClearProtocol, state: string): Promise<Peer> {
  return scriptedPeer((socket) => void attack(socket, protocol, state));
}

/** A server that does not speak TLS where it should. */
export function clearPeer(state: string): Promise<Peer> {
  const text = state === 'clear-http' ? 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n' : '* OK ready\r\n';
  return scriptedPeer((socket) => socket.end(text));
}

/** ServerHello of SSL 3.0 with TLS_RSA_WITH_AES_128_CBC_SHA, in an SSL 3.0 record. */
const serverHello3 = Buffer.concat([bytes('160300002a020000260300'), Buffer.alloc(32, 7), bytes('00002f00')]);

/** A server that has nothing but SSL 3.0. */
export function ssl3Peer(protocol: ClearProtocol | null): Promise<Peer> {
  const speak = (socket: Socket): void => void socket.once('data', () => socket.write(serverHello3));
  const dialogue = async (socket: Socket): Promise<void> => {
    const consent = protocol === null ? '' : await clearDialogue(socket, protocol);
    speak(socket);
    socket.write(Buffer.from(consent, 'latin1'));
  };
  return scriptedPeer((socket) => void dialogue(socket));
}
