import { isMssError } from '@mss/core';
import type { DirectorySearch, SearchOptions } from '@mss/annuaire-sync';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';

import { answerOf, type AnnuaireRefusal } from './answer.ts';
import type { Page } from './build-page.ts';
import { answerSchema, questionSchema, refusalSchema, type Question } from './schemas.ts';
import { isOwnRequest, securityHeaders } from './security.ts';

/** What the server stands on. */
export interface ServerParts {
  readonly search: Pick<DirectorySearch, 'search'>;
  readonly page: Page;
}

/**
 * The server of the page, for this machine only.
 *
 * | route | answer |
 * |---|---|
 * | `GET /annuaire?q=…&profession=…&department=…&type=…&offset=…&limit=…` | JSON, see `schemas.ts` |
 * | `GET /` and what the page is made of | from memory |
 *
 * Nothing is logged: what is typed into a search box is nobody's business.
 */
export function createServer({ search, page }: ServerParts): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: 1_024,
    routerOptions: { maxParamLength: 200 },
    // Unknown parameters are mistakes of the caller, and said to be so.
    ajv: { customOptions: { removeAdditional: false, allErrors: false } },
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    if (!isOwnRequest(request.headers)) await refuse(reply, 403, { code: 'FORBIDDEN', message: 'Cette page ne répond qu’à elle-même.' });
  });
  server.setErrorHandler(async (error: FastifyError, _request, reply) => {
    if (error.validation !== undefined) return refuse(reply, 400, { code: 'INVALID', message: 'La recherche n’est pas valable.' });
    // The message of an error may hold what was typed; its code does not.
    const code = isMssError(error) ? error.code : 'INTERNAL';
    return refuse(reply, 503, { code, message: 'L’annuaire ne répond pas. Réessayez dans un instant.' });
  });
  server.setNotFoundHandler(async (_request, reply) =>
    refuse(reply, 404, { code: 'NOT_FOUND', message: 'Il n’y a rien à cette adresse.' }),
  );

  server.get<{ Querystring: Question }>(
    '/annuaire',
    { schema: { querystring: questionSchema, response: { 200: answerSchema, '4xx': refusalSchema, '5xx': refusalSchema } } },
    async (request, reply) => {
      const { q, offset } = request.query;
      const signal = whenGone(reply);
      const result = await search.search(q, { ...filtersOf(request.query), signal });
      return reply.header('cache-control', 'no-store').send(answerOf(result, offset));
    },
  );
  for (const [path, file] of page) {
    server.get(path, async (_request, reply) =>
      reply.headers({ 'content-type': file.mediaType, 'cache-control': file.cacheControl }).send(file.bytes),
    );
  }
  return server;
}

function filtersOf({ profession, department, type, offset, limit }: Question): SearchOptions {
  return {
    offset,
    limit,
    ...(profession === undefined ? {} : { profession }),
    ...(department === undefined ? {} : { departments: [department] }),
    ...(type === undefined ? {} : { types: [type] }),
  };
}

/** Aborts when the browser does: it has asked again meanwhile. */
function whenGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

async function refuse(reply: FastifyReply, status: number, refusal: AnnuaireRefusal): Promise<FastifyReply> {
  return reply.code(status).header('cache-control', 'no-store').send(refusal);
}
