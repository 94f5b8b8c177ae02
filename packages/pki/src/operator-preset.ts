import { domainToASCII } from 'node:url';

/** What is publicly known of an operator, as data. Hosts and ports are configuration of the host application. */
export interface OperatorPreset {
  readonly name: string;
  /** Domains of the mailboxes that the operator serves. */
  readonly domains: readonly string[];
  /** Only chains to IGC Santé anchors are accepted; the requirement that asks for it. */
  readonly igcSanteOnly: string | null;
}

/**
 * Mailiz: since 2018 its IGC-CPS and commercial entry points are retired, and ECO.1.1.8 asks for the IGC Santé ones.
 *
 * The names of these entry points stand in a document (DST §8.1.1) that is not public, so they are configuration.
 *
 * @see Référentiel #2 v0.1 §2.2.2; presentation "MSSanté" of 05/04/2016, the nine domains of the service
 */
export const mailizPreset: OperatorPreset = Object.freeze({
  name: 'Mailiz',
  domains: Object.freeze([
    'chirurgien-dentiste.mssante.fr',
    'infirmier.mssante.fr',
    'masseur-kinesitherapeute.mssante.fr',
    'medecin.mssante.fr',
    'pedicure-podologue.mssante.fr',
    'pharmacien.mssante.fr',
    'sage-femme.mssante.fr',
    'pro.mssante.fr',
    'social.mssante.fr',
  ]),
  igcSanteOnly: 'ECO.1.1.8',
});

/** A-labels, lower case, without the dot of the root, however it was written. */
const normal = (domain: string): string => domainToASCII(domain).replace(/\.$/, '');

/**
 * The preset that serves a mailbox's domain, `null` when none does.
 *
 * @throws TypeError for what is no domain, such as a whole address: taken for a domain that no preset knows, it would widen the trust
 */
export function presetOfDomain(domain: string, presets: readonly OperatorPreset[] = [mailizPreset]): OperatorPreset | null {
  const wanted = normal(domain);
  if (wanted === '') throw new TypeError('a domain is wanted, without mailbox, port or path');
  return presets.find((preset) => preset.domains.some((one) => normal(one) === wanted)) ?? null;
}
