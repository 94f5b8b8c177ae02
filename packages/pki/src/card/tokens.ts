import { isMssError } from '@mss/core';
import { readCertificate, type Certificate } from '../x509/certificate.js';
import { initialize, moduleError } from './module.js';
import { ck, isGone, type Pkcs11Attribute, type Pkcs11Handle, type Pkcs11Library, type Pkcs11TokenInfo } from './pkcs11.js';

/** A card in a reader, as people know it. */
export interface CardToken {
  readonly label: string;
  readonly serial: string;
  readonly manufacturer: string;
  readonly model: string;
  /** Name of the reader. */
  readonly reader: string;
}

/** A card in a reader, as PKCS#11 knows it. */
export interface PresentToken extends CardToken {
  readonly slot: Pkcs11Handle;
  readonly info: Pkcs11TokenInfo;
}

/** One certificate on a card. */
export interface CardCertificate {
  readonly label: string;
  /** CKA_ID, which the private key has too. */
  readonly id: Uint8Array;
  readonly certificate: Certificate;
}

/** Most certificates read from a card. */
const maxCertificates = 50;

/** Fixed-length strings of PKCS#11 are padded with blanks; some libraries end them with NUL. */
const padded = (text: string): string => text.replace(/\0[\s\S]*$/, '').trimEnd();

/**
 * The slots that hold a card. A library that has lost its service, or shows no card, is started once more: some see a reader that was
 * plugged in later only then. There is no login to lose when there is no card.
 */
function presentSlots(library: Pkcs11Library): readonly Pkcs11Handle[] {
  try {
    const slots = library.C_GetSlotList(true);
    if (slots.length > 0) return slots;
  } catch (error) {
    if (!isGone(error)) throw moduleError(error, 'the readers cannot be listed');
  }
  try {
    library.C_Finalize();
  } catch {
    // It was not initialised any more.
  }
  initialize(library);
  try {
    return library.C_GetSlotList(true);
  } catch (error) {
    throw moduleError(error, 'the readers cannot be listed');
  }
}

/** Every initialised card that is in a reader now. */
export function presentTokens(library: Pkcs11Library): readonly PresentToken[] {
  return presentSlots(library).flatMap((slot) => {
    try {
      const info = library.C_GetTokenInfo(slot);
      if ((info.flags & ck.tokenInitialized) === 0) return [];
      const reader = padded(library.C_GetSlotInfo(slot).slotDescription);
      const [label, serial] = [padded(info.label), padded(info.serialNumber)];
      return [{ slot, info, reader, label, serial, manufacturer: padded(info.manufacturerID), model: padded(info.model) }];
    } catch (error) {
      // Taken out in between, or no card that the library knows.
      if (isGone(error)) return [];
      throw moduleError(error, 'a card cannot be read');
    }
  });
}

/** Handles of the objects that match. */
export function findObjects(library: Pkcs11Library, session: Pkcs11Handle, template: readonly Pkcs11Attribute[]): readonly Pkcs11Handle[] {
  library.C_FindObjectsInit(session, template);
  try {
    return library.C_FindObjects(session, maxCertificates);
  } finally {
    library.C_FindObjectsFinal(session);
  }
}

/** One attribute; `null` when the object has none. */
export function attributeOf(
  library: Pkcs11Library,
  session: Pkcs11Handle,
  request: { object: Pkcs11Handle; type: number },
): Uint8Array | null {
  try {
    return library.C_GetAttributeValue(session, request.object, [{ type: request.type }])[0]?.value ?? null;
  } catch (error) {
    if (isGone(error)) throw error;
    return null;
  }
}

/** The X.509 certificates of a card that can be read without PIN. What is no certificate is passed over. */
export function certificatesOf(library: Pkcs11Library, { slot }: PresentToken): readonly CardCertificate[] {
  const session = library.C_OpenSession(slot, ck.serialSession);
  try {
    const x509 = [
      { type: ck.attributeClass, value: ck.certificate },
      { type: ck.attributeCertificateType, value: 0 },
    ];
    return findObjects(library, session, x509).flatMap((object) => {
      const read = (type: number): Uint8Array => attributeOf(library, session, { object, type }) ?? new Uint8Array();
      try {
        const certificate = readCertificate(read(ck.attributeValue));
        return [{ label: Buffer.from(read(ck.attributeLabel)).toString('utf8'), id: read(ck.attributeId), certificate }];
      } catch (error) {
        if (isMssError(error)) return [];
        throw error;
      }
    });
  } finally {
    library.C_CloseSession(session);
  }
}
