import { isMssError } from '@mss/core';

import { accessOf, gp, type Stage } from '../stage.ts';

const laboratory = 'sil@laboratoire-du-port.mssante.test';

/** The channel: what is verified before any secret leaves, and an operator that is refused. */
export async function verifyChannel({ sandbox, narrator }: Stage): Promise<void> {
  narrator.heading('Le canal');
  await narrator.step(
    "Connexion à l'opérateur : version, suite, chaîne et révocation vérifiées avant tout secret",
    { requirements: ['ECO.1.1.1', 'ECO.1.1.2', 'ECO.1.1.3', 'ECO.1.1.4', 'ECO.1.1.5', 'ECO.1.1.6'] },
    async (say) => {
      const { policy, host, servername, smtpPort } = accessOf(sandbox, gp.address);
      const decision = await policy.warm({ host, port: smtpPort, servername });
      say(`${decision.protocol}, ${decision.cipher}`);
      for (const certificate of decision.chain) say(`Certificat : ${certificate.subject}`);
    },
  );
  await narrator.step('Un opérateur au certificat révoqué est refusé, rien n’est parti', { requirements: ['ECO.1.1.6'] }, async (say) => {
    const variant = await sandbox.startVariant('revoked');
    const { policy, host } = accessOf(sandbox, laboratory);
    try {
      await policy.connect({ host, port: variant.ports.smtps, servername: sandbox.servername });
      throw new Error('the revoked operator was accepted');
    } catch (error) {
      if (!isMssError(error)) throw error;
      say(`${error.code} [${error.requirement ?? ''}]`);
    }
    const seen = [...sandbox.events].filter(
      (event) => event.endpoint === 'revoked' && ((event.decryptedBytes ?? 0) > 0 || (event.clientCertificate ?? null) !== null),
    );
    if (seen.length > 0) throw new Error('the revoked operator saw something');
    say('Vu par cet opérateur : 0 octet déchiffré, aucun certificat client');
  });
}
