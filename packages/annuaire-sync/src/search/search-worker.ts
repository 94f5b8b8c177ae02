import { parentPort, workerData } from 'node:worker_threads';
import { isMssError } from '@mss/core';
import { DirectoryReader } from './directory-reader.js';
import { IndexHost } from './index-host.js';
import type { Question, SearchAnswer, SearchCall, SearchErrorRecord } from './search-protocol.js';

const port = parentPort;
if (port !== null) {
  const { file } = workerData as { readonly file: string | null };
  const host = new IndexHost();
  let opened: DirectoryReader | null = null;
  const reader = (): DirectoryReader => (opened ??= new DirectoryReader(file ?? ''));
  const answer = (question: Question): unknown => {
    switch (question.kind) {
      case 'open':
        return reader().warmUp();
      case 'search':
        return reader().search(question.text, question.options);
      case 'load':
        return host.load(question.segments);
      case 'rank':
        return host.rank(question);
      case 'close':
      default:
        return opened?.close();
    }
  };
  port.on('message', ({ id, question }: SearchCall) => {
    let message: SearchAnswer;
    try {
      message = { id, value: answer(question) };
    } catch (error) {
      message = { id, error: recordOf(error) };
    }
    port.postMessage(message);
    if (question.kind === 'close') port.close();
  });
}

function recordOf(error: unknown): SearchErrorRecord {
  if (isMssError(error)) return { code: error.code, message: error.message, permanent: error.permanent };
  return { code: 'ERR_MSS_ANNUAIRE_WORKER', message: 'the search failed', permanent: false };
}
