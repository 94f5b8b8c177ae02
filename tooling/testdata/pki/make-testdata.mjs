// Makes the binary files of this folder: node tooling/testdata/pki/make-testdata.mjs (needs the openssl command).
// The identity is fictitious, valid until 2126, and protects nothing.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'mss-pki-'));
const openssl = (...parts) => execFileSync('openssl', parts, { cwd: work, stdio: 'pipe' });
const passphrase = 'mssante';

openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '36500', '-subj', '/C=FR/O=CABINET FICTIF/CN=LPS DE TEST');
openssl('pkcs12', '-export', '-inkey', 'key.pem', '-in', 'cert.pem', '-passout', `pass:${passphrase}`, '-out', 'identity.p12');
openssl('pkcs12', '-export', '-legacy', '-inkey', 'key.pem', '-in', 'cert.pem', '-passout', `pass:${passphrase}`, '-out', 'identity-rc2.p12');
openssl('pkcs12', '-export', '-nokeys', '-in', 'cert.pem', '-passout', `pass:${passphrase}`, '-out', 'identity-without-key.p12');
openssl('pkcs8', '-topk8', '-in', 'key.pem', '-v2', 'aes-256-cbc', '-passout', `pass:${passphrase}`, '-out', 'key-encrypted.pem');
openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'key.pem', '-outform', 'DER', '-out', 'key.der');
openssl('x509', '-in', 'cert.pem', '-outform', 'DER', '-out', 'cert.der');
for (const name of ['identity.p12', 'identity-rc2.p12', 'identity-without-key.p12', 'key-encrypted.pem', 'key.der', 'cert.pem', 'cert.der']) {
  writeFileSync(join(folder, name), readFileSync(join(work, name)));
}
rmSync(work, { recursive: true });

// Hostile CRLs, named by the expected code. None needs a key: they fail before a signature is looked at.
const tlv = (tag, ...parts) => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};
const algorithm = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
const name = tlv(0x30, tlv(0x31, tlv(0x30, Buffer.from('0603550403', 'hex'), tlv(0x0c, Buffer.from('AC')))));
const time = (text) => tlv(0x17, Buffer.from(text));
const signature = tlv(0x03, [0], Buffer.alloc(256, 1));
const extension = (oid, value, critical = true) => tlv(0x30, tlv(0x06, oid), critical ? Buffer.from('0101ff', 'hex') : [], tlv(0x04, value));
const body = (...rest) => tlv(0x30, tlv(0x02, [1]), algorithm, name, time('260101000000Z'), time('360101000000Z'), ...rest);
const crl = (tbs, alg = algorithm, sig = signature) => tlv(0x30, tbs, alg, sig);
const whole = crl(body());
const malformed = 'ERR_MSS_PKI_CRL_MALFORMED';
const notOne = 'ERR_MSS_PKI_CRL_NOT_A_CRL';
const number = extension([0x55, 0x1d, 0x14], Buffer.from('020101', 'hex'), false);

const hostile = {
  [`${malformed}.truncated`]: whole.subarray(0, whole.length - 10),
  [`${malformed}.trailing-bytes`]: Buffer.concat([whole, Buffer.from([0])]),
  [`${malformed}.indefinite-length`]: Buffer.concat([Buffer.from([0x30, 0x80]), whole.subarray(4), Buffer.from([0, 0])]),
  [`${malformed}.length-of-four-gigabytes`]: Buffer.concat([Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), whole.subarray(4)]),
  [`${malformed}.length-of-five-bytes`]: Buffer.concat([Buffer.from([0x30, 0x85, 0, 0, 0, 1, 0]), whole.subarray(4)]),
  [`${malformed}.length-not-shortest`]: Buffer.concat([Buffer.from([0x30, 0x83, 0]), whole.subarray(2)]),
  [`${malformed}.nested-a-thousand-times`]: Array.from({ length: 1000 }).reduce((inner) => tlv(0x30, inner), Buffer.alloc(0)),
  [`${malformed}.empty-sequence`]: Buffer.from([0x30, 0]),
  [`${malformed}.algorithms-differ`]: crl(body(), Buffer.from('300d06092a864886f70d01010d0500', 'hex')),
  [`${malformed}.signature-with-unused-bits`]: crl(body(), algorithm, tlv(0x03, [3], Buffer.alloc(256, 8))),
  [`${malformed}.time-without-seconds`]: crl(tlv(0x30, tlv(0x02, [1]), algorithm, name, time('2601010000Z'))),
  [`${malformed}.time-of-february-30`]: crl(tlv(0x30, tlv(0x02, [1]), algorithm, name, time('260230000000Z'))),
  [`${malformed}.extension-twice`]: crl(body(tlv(0xa0, tlv(0x30, number, number)))),
  [`${malformed}.extension-with-a-tail`]: crl(body(tlv(0xa0, tlv(0x30, extension([0x55, 0x1d, 0x14], Buffer.from('02010100', 'hex')))))),
  [`${malformed}.critical-neither-true-nor-false`]: crl(
    body(tlv(0xa0, tlv(0x30, tlv(0x30, tlv(0x06, [0x55, 0x1d, 0x1c]), Buffer.from('010101', 'hex'), tlv(0x04, [0x30, 0]))))),
  ),
  [`${malformed}.high-tag-number`]: crl(body(Buffer.from([0xbf, 0x81, 0x01, 0x00]))),
  [`${notOne}.empty`]: Buffer.alloc(0),
  [`${notOne}.web-page`]: Buffer.from('<!DOCTYPE html>\n<html><body>Portail</body></html>\n'),
  [`${notOne}.zeros`]: Buffer.alloc(1000),
  [`${notOne}.pem-of-a-certificate`]: readFileSync(join(folder, 'cert.pem')),
};
for (const [file, bytes] of Object.entries(hostile)) writeFileSync(join(folder, 'hostile-crl', `${file}.crl`), bytes);
