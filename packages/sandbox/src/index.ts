/**
 * A whole MSSanté world on one machine: a test IGC with CRLs, an operator with SMTP and IMAP, mailboxes of every
 * kind, a Mon espace santé simulator, and servers that a client must refuse.
 *
 * Référentiel #2 chapter 2 seen from the operator's side. RFC 5321, 6409, 3461 to 3464, 8098, 3501, 8314, 5280.
 *
 * @packageDocumentation
 */
export { startSandbox } from './start-sandbox.js';
export { type Sandbox, type SandboxCrl, type SandboxMessage } from './sandbox.js';
export {
  type SandboxAccountKind,
  type SandboxAccountOptions,
  type SandboxAccountState,
  type SandboxLimits,
  type SandboxOptions,
} from './options.js';
export { defaultAccounts } from './default-accounts.js';
export { type SandboxAccount, type SandboxClientCertificate } from './account.js';
export { type SandboxAccountDescription, type SandboxDescription, type SandboxPscDescription } from './describe.js';
export { type SandboxPorts } from './network/endpoint.js';
export { type SandboxEvent, type SandboxEvents, type SandboxEventType, type SandboxServer } from './event-log.js';
export { type SandboxFault } from './faults.js';
export { sandboxVariants, type SandboxVariantName } from './variant-names.js';
export { type SandboxVariant, type SandboxWire } from './variant.js';
export { readScenario, type SandboxScenario } from './scenario.js';
export {
  type PatientAttachment,
  type PatientConversation,
  type PatientMessage,
  type PatientReading,
  type PatientSpace,
} from './patient-space/types.js';
export {
  type SandboxProSanteConnect,
  type SandboxPscClient,
  type SandboxPscFault,
  type SandboxPscOptions,
  type SandboxPscRequest,
  type SandboxPscTelephone,
  type SandboxPscUser,
} from './pro-sante-connect/types.js';
export {
  type SandboxAnnuaire,
  type SandboxAnnuaireDescription,
  type SandboxAnnuaireFault,
  type SandboxAnnuaireOptions,
  type SandboxAnnuaireRequest,
} from './annuaire/types.js';
export { type SandboxErrorCode } from './errors.js';
