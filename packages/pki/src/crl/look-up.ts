import { systemClock, type Clock } from '@mss/core';
import { readCertificate } from '../x509/certificate.js';
import type { CrlEntry } from './entries.js';
import { loadCrl } from './source.js';

/** A CRL that was verified, to be asked about serial numbers. */
export interface VerifiedCrl {
  readonly issuer: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly count: number;
  /** @param serial - hexadecimal, as `X509Certificate.serialNumber` writes it. */
  find(serial: string): CrlEntry | null;
}

/** A serial number in hexadecimal as the bytes of an INTEGER. */
function integerOf(hex: string): Uint8Array {
  if (!/^-?[0-9a-f]+$/i.test(hex)) throw new TypeError('a serial number is written in hexadecimal');
  const negative = hex.startsWith('-');
  const digits = hex.replace(/^-?0*/, '') || '0';
  const size = Math.ceil((digits.length + 1) / 2);
  const value = BigInt(`0x${digits}`);
  const bytes = Buffer.from(
    BigInt.asUintN(size * 8, negative ? -value : value)
      .toString(16)
      .padStart(size * 2, '0'),
    'hex',
  );
  const [first = 0, second = 0] = bytes;
  const spare = bytes.length > 1 && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80));
  return spare ? bytes.subarray(1) : bytes;
}

/**
 * Verifies a CRL of any size against its issuer's certificate and indexes it: for tools that examine CRLs by themselves. A policy does
 * this on its own.
 *
 * @param crl - DER or PEM. DER is kept, not copied.
 * @throws ERR_MSS_PKI_CRL_NOT_A_CRL | ERR_MSS_PKI_CRL_MALFORMED | ERR_MSS_PKI_CRL_ISSUER | ERR_MSS_PKI_CRL_SIGNATURE |
 * ERR_MSS_PKI_CRL_EXPIRED | ERR_MSS_PKI_CRL_NOT_YET_VALID | ERR_MSS_PKI_CRL_UNSUPPORTED
 */
export function lookUpInCrl(crl: Uint8Array, options: { readonly issuer: Uint8Array; readonly clock?: Clock }): VerifiedCrl {
  const now = (options.clock ?? systemClock).now();
  const loaded = loadCrl(crl, readCertificate(options.issuer), { now, url: '' });
  const { thisUpdate, nextUpdate } = loaded.crl;
  return {
    issuer: loaded.crl.issuer.text,
    thisUpdate,
    // A CRL without it was refused.
    nextUpdate: nextUpdate ?? thisUpdate,
    count: loaded.entries.count,
    find: (serial) => loaded.entries.find(integerOf(serial)),
  };
}
