import { spawnSync } from 'node:child_process';

import { createGhostscriptAdapter } from '@mss/cda-pdf';
import type { ComposeOptions, Sender } from '@mss/message';
import { createSecureChannelPolicy, createTrustStore, loadClientIdentity } from '@mss/pki';
import type { Sandbox } from '@mss/sandbox';

import type { Narrator } from './narrator.ts';
import type { Output } from './output.ts';
import type { OperatorAccess } from './practice.ts';

/** What the chapters of the demonstration share. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly narrator: Narrator;
  readonly output: Output;
}

/** The general practitioner who sends. */
export const gp: Sender = {
  kind: 'personal',
  address: 'claire.moreau@cabinet-des-tilleuls.mssante.test',
  title: 'Dr',
  givenName: 'Claire',
  familyName: 'MOREAU',
  entity: 'Cabinet des Tilleuls',
};

/** The colleague who receives. */
export const colleague: Sender = {
  kind: 'personal',
  address: 'hugo.bernard@cabinet-de-la-halle.mssante.test',
  title: 'Dr',
  givenName: 'Hugo',
  familyName: 'BERNARD',
  entity: 'Cabinet de la Halle',
};

/** Embedded PDF that are not PDF/A-1 are made conformant where Ghostscript is installed, and refused elsewhere. */
const render = spawnSync('gs', ['--version']).status === 0 ? { convertEmbedded: createGhostscriptAdapter() } : {};

/** How the practices compose. */
export const composing: ComposeOptions = {
  environment: 'test',
  zone: '+0100',
  render,
  archive: { unknownClass: 'omit', sender: { software: { name: 'Premier échange', vendor: 'Boîte à outils MSSanté' } } },
};

/** The operator as the sandbox plays it, reached with what the account signs in with. */
export function accessOf(sandbox: Sandbox, address: string): OperatorAccess {
  const { clientCertificate: certificate, password } = sandbox.account(address);
  const policy = createSecureChannelPolicy({
    trust: createTrustStore({ name: 'IGC de test du bac à sable', anchors: [sandbox.caPem] }),
    ...(certificate === null ? {} : { clientIdentity: loadClientIdentity({ cert: certificate.certPem, key: certificate.keyPem }) }),
  });
  return {
    policy,
    host: sandbox.host,
    servername: sandbox.servername,
    smtpPort: sandbox.ports.smtps,
    imapPort: sandbox.ports.imaps,
    auth: password === null ? { type: 'certificate' } : { type: 'password', user: address, password },
  };
}
