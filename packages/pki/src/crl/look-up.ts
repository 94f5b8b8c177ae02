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
    find: (serial) => loaded.entries.find(Buffer.from(serial.padStart(serial.length + (serial.length % 2), '0'), 'hex')),
  };
}
