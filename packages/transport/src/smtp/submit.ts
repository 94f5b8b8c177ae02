import type { SmtpMessage } from './envelope.js';
import type { SubmissionResult } from './outcome.js';
import { openSmtpSession, type SmtpCallOptions, type SmtpSessionOptions } from './session.js';

/**
 * Submits one message on a connection of its own.
 *
 * @returns an outcome for every recipient, once MAIL was tried
 * @throws MssError everything {@link openSmtpSession} and `submit` throw; whenever this throws, the message was not sent
 */
export async function submitMessage(options: SmtpSessionOptions & SmtpCallOptions, message: SmtpMessage): Promise<SubmissionResult> {
  const call = {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onStage === undefined ? {} : { onStage: options.onStage }),
  };
  const session = await openSmtpSession(options, call);
  try {
    return await session.submit(message, call);
  } finally {
    // The outcome is known; a server that is slow to say goodbye does not hold it back.
    void session.close();
  }
}
