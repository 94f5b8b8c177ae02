import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SecureFetchInit } from '@mss/pki';
import {
  createFhirDirectory,
  type FhirDirectory,
  type FhirDirectoryOptions,
  type FhirPage,
  type FhirResource,
} from '../../src/fhir/index.js';

const folder = new URL('../../../../tooling/testdata/annuaire/fhir/', import.meta.url);

/** A bundle of the test data. */
export const bundle = (name: string): string => readFileSync(fileURLToPath(new URL(`${name}.json`, folder)), 'utf8');

export const baseUrl = 'https://annuaire.exemple/fhir/v2';

/** An answer as the service gives it. */
export function answer(
  body: string | Uint8Array,
  init: { readonly status?: number; readonly headers?: Record<string, string> } = {},
): Response {
  return new Response(body, {
    status: init.status ?? 200,
    headers: { 'content-type': 'application/fhir+json;charset=UTF-8', ...init.headers },
  });
}

export interface Call {
  readonly url: URL;
  readonly init: SecureFetchInit;
  readonly at: number;
}

/** A clock that only waiting moves. */
export function virtualTime(): {
  readonly clock: { now(): Date };
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly waits: number[];
} {
  let now = Date.UTC(2026, 10, 22);
  const waits: number[] = [];
  return {
    clock: { now: () => new Date(now) },
    wait: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
    waits,
  };
}

/** A directory whose service is a function. */
export function directoryOf(
  serve: (call: Call, index: number) => Response | Promise<Response>,
  given: Partial<FhirDirectoryOptions> = {},
): { readonly directory: FhirDirectory; readonly calls: Call[]; readonly waits: number[] } {
  const calls: Call[] = [];
  const { clock, wait, waits } = virtualTime();
  const directory = createFhirDirectory({
    policy: {
      fetch: async (url, init = {}) => {
        const call = { url: new URL(url), init, at: clock.now().getTime() };
        return serve(call, calls.push(call) - 1);
      },
    },
    baseUrl,
    apiKey: 'cle-de-test',
    clock,
    wait,
    random: { uuid: () => '', bytes: () => Uint8Array.of(255) },
    ...given,
  });
  return { directory, calls, waits };
}

/** All resources of a search. */
export async function all(pages: AsyncGenerator<FhirPage>): Promise<FhirResource[]> {
  const resources: FhirResource[] = [];
  for await (const page of pages) resources.push(...page.resources);
  return resources;
}
