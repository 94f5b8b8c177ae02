/** What the wire shows of one side of a TLS 1.2 connection. */
export interface TlsObservation {
  /** What was sent in the clear before the handshake, for example `EHLO` and `STARTTLS`. */
  readonly clearText: string;
  readonly clientHello: ClientHello | null;
  /** Certificates in the Certificate message: 0 when it was not sent, or sent empty. TLS 1.3 hides it. */
  readonly certificates: number;
  /** A signature with the private key was sent. */
  readonly certificateVerify: boolean;
  /** Handshake records after ChangeCipherSpec: one, the Finished message, unless a handshake is made again. */
  readonly encryptedHandshakes: number;
  readonly applicationRecords: number;
  /** Encrypted bytes, padding and tag included. */
  readonly applicationBytes: number;
}

export interface ClientHello {
  /** The legacy version, then those of supported_versions: 0x0303 is TLS 1.2. */
  readonly versions: readonly number[];
  readonly cipherSuites: readonly number[];
  readonly serverName: string | null;
  /** The client asks for a stapled OCSP response. */
  readonly statusRequest: boolean;
  /** The client brings a session to resume. */
  readonly resumes: boolean;
}

const maxClearText = 65_536;

/** A handshake record begins the stream, or follows a line of clear text, or LDAP's StartTLS request (RFC 4511 §4.14). */
const tlsBegins: RegExp = new RegExp(`(?<=^|\\n|1\\.3\\.6\\.1\\.4\\.1\\.1466\\.20037)${String.fromCharCode(0x16, 0x03)}`);

/**
 * Reads along what a client sends, without taking part: the handshake of TLS 1.2 is in the clear up to
 * ChangeCipherSpec, so whether a certificate left is seen even when the handshake then fails.
 *
 * @see RFC 5246 §6.2.1, §7.4
 */
export class TlsWire {
  #pending: Buffer = Buffer.alloc(0);
  #handshake: Buffer = Buffer.alloc(0);
  #clear = '';
  #inTls = false;
  #encrypted = false;
  #clientHello: ClientHello | null = null;
  #certificates = 0;
  #certificateVerify = false;
  #encryptedHandshakes = 0;
  #applicationRecords = 0;
  #applicationBytes = 0;

  get observation(): TlsObservation {
    return {
      clearText: this.#clear,
      clientHello: this.#clientHello,
      certificates: this.#certificates,
      certificateVerify: this.#certificateVerify,
      encryptedHandshakes: this.#encryptedHandshakes,
      applicationRecords: this.#applicationRecords,
      applicationBytes: this.#applicationBytes,
    };
  }

  feed(chunk: Uint8Array): void {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (!this.#inTls) {
      const text = this.#clear + bytes.toString('latin1');
      const start = text.search(tlsBegins);
      this.#clear = text.slice(0, start < 0 ? maxClearText : start);
      if (start < 0) return;
      this.#inTls = true;
      bytes = Buffer.from(text.slice(start), 'latin1');
    }
    this.#pending = Buffer.concat([this.#pending, bytes]);
    this.#records();
  }

  #records(): void {
    let at = 0;
    while (this.#pending.length - at >= 5) {
      const length = this.#pending.readUInt16BE(at + 3);
      if (this.#pending.length - at < 5 + length) break;
      this.#record(this.#pending[at] ?? 0, this.#pending.subarray(at + 5, at + 5 + length));
      at += 5 + length;
    }
    this.#pending = this.#pending.subarray(at);
  }

  #record(type: number, content: Buffer): void {
    if (type === 20) this.#encrypted = true;
    else if (type === 22 && this.#encrypted) this.#encryptedHandshakes += 1;
    else if (type === 23) {
      this.#applicationRecords += 1;
      this.#applicationBytes += content.length;
    } else if (type === 22) {
      this.#handshake = Buffer.concat([this.#handshake, content]);
      this.#messages();
    }
  }

  #messages(): void {
    while (this.#handshake.length >= 4) {
      const length = this.#handshake.readUIntBE(1, 3);
      if (this.#handshake.length < 4 + length) return;
      const body = this.#handshake.subarray(4, 4 + length);
      const type = this.#handshake[0];
      this.#handshake = this.#handshake.subarray(4 + length);
      if (type === 1) this.#clientHello = readClientHello(body);
      else if (type === 11) this.#certificates = countCertificates(body);
      else if (type === 15) this.#certificateVerify = true;
    }
  }
}

function countCertificates(body: Buffer): number {
  let count = 0;
  for (let at = 3; at + 3 <= body.length; at += 3 + body.readUIntBE(at, 3)) count += 1;
  return count;
}

function readClientHello(body: Buffer): ClientHello {
  const versions = [body.readUInt16BE(0)];
  const cipherSuites: number[] = [];
  let serverName: string | null = null;
  let statusRequest = false;
  const sessionLength = body.readUInt8(34);
  let presharedKey = false;
  let ticket = false;
  let at = 35 + sessionLength;
  const suitesEnd = at + 2 + body.readUInt16BE(at);
  for (at += 2; at < suitesEnd; at += 2) cipherSuites.push(body.readUInt16BE(at));
  at += 1 + body.readUInt8(at);
  const end = at + 2 <= body.length ? at + 2 + body.readUInt16BE(at) : at;
  for (at += 2; at + 4 <= end; at += 4 + body.readUInt16BE(at + 2)) {
    const type = body.readUInt16BE(at);
    const content = body.subarray(at + 4, at + 4 + body.readUInt16BE(at + 2));
    if (type === 0 && content.length > 5) serverName = content.subarray(5).toString('latin1');
    else if (type === 5) statusRequest = true;
    else if (type === 35 && content.length > 0) ticket = true;
    else if (type === 41) presharedKey = true;
    else if (type === 43) for (let i = 1; i + 2 <= content.length; i += 2) versions.push(content.readUInt16BE(i));
  }
  // A client of TLS 1.3 fills the session id with random bytes for old middleboxes (RFC 8446 §4.1.2, appendix D.4).
  const resumes = presharedKey || ticket || (sessionLength > 0 && !versions.includes(0x0304));
  return { versions, cipherSuites, serverName, statusRequest, resumes };
}
