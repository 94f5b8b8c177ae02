import type { MssWarning } from '@mss/core';
import { isMssAddress } from '@mss/formats/mime';
import { objectsOf, textOf, type Json, type JsonObject } from './json.js';
import type { FhirMailbox, FhirWarningCode } from './types.js';

/** Extension on a contact point: what kind of mail system it is. */
const emailType = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type';
/** Extension on a contact point: what the directory knows of the mailbox. */
const mailboxMetadata = 'https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata';

const extensionsOf = (of: JsonObject, url: string): readonly JsonObject[] => objectsOf(of.extension).filter((one) => one.url === url);

/** TRE_R256-TypeMessagerie, code MSSANTE. */
const saysMssante = (extension: JsonObject): boolean =>
  objectsOf(extension.valueCoding).some(({ code }) => typeof code === 'string' && code.toUpperCase() === 'MSSANTE');

function partOf(metadata: readonly JsonObject[], name: string): JsonObject | null {
  return metadata.flatMap((one) => extensionsOf(one, name))[0] ?? null;
}

const mailboxTypes: readonly string[] = ['PER', 'ORG', 'APP', 'CAB'];

function flagOf(part: JsonObject | null): boolean | null {
  const value: Json | undefined = part?.valueBoolean;
  return typeof value === 'boolean' ? value : null;
}

/**
 * The MSSanté mailboxes among contact points: `system` is `email`, and one of the two extensions says that it is one. Ordinary
 * e-mail is left out, with a warning.
 */
export function readMailboxes(telecom: Json | undefined, warnings: MssWarning<FhirWarningCode>[]): readonly FhirMailbox[] {
  const mailboxes: FhirMailbox[] = [];
  for (const point of objectsOf(telecom)) {
    if (point.system !== 'email') continue;
    const metadata = extensionsOf(point, mailboxMetadata);
    if (metadata.length === 0 && !extensionsOf(point, emailType).some(saysMssante)) {
      warnings.push({ code: 'FHIR_NOT_A_MAILBOX', message: 'an e-mail address is not marked as MSSanté', where: 'telecom' });
      continue;
    }
    const address = textOf(point.value);
    if (address === null || !isMssAddress(address)) {
      warnings.push({ code: 'FHIR_ADDRESS_INVALID', message: 'a mailbox has no address that can be written to', where: 'telecom' });
      continue;
    }
    const type = textOf(objectsOf(objectsOf(partOf(metadata, 'type')?.valueCodeableConcept)[0]?.coding)[0]?.code);
    if (type !== null && !mailboxTypes.includes(type)) {
      warnings.push({ code: 'FHIR_MAILBOX_TYPE_UNKNOWN', message: 'a mailbox has a type outside TRE_R257', where: 'telecom' });
    }
    const rank = point.rank;
    mailboxes.push({
      address,
      type,
      description: textOf(partOf(metadata, 'description')?.valueString),
      service: textOf(partOf(metadata, 'service')?.valueString),
      dematerialisation: flagOf(partOf(metadata, 'digitization')),
      rank: typeof rank === 'number' && Number.isSafeInteger(rank) && rank > 0 ? rank : null,
    });
  }
  return mailboxes;
}
