/** Hooks in the shape of OpenTelemetry: optional, without patient data, and never in the way of a mail. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTelemetry } from '../src/telemetry.js';
import { createTestServer, createWorld, drain, mailbox, message, type World } from './world.js';

const seen: unknown[] = [];
/** As `trace.getTracer()` and `metrics.getMeter()` give them. */
const tracer = {
  startSpan: (name: string, options?: { attributes?: Record<string, unknown> }) => {
    seen.push(['span', name, options?.attributes]);
    return { setStatus: (status: { code: number }) => seen.push(['status', status.code]), end: () => seen.push(['end', name]) };
  },
};
const meter = {
  createCounter: (name: string) => ({ add: (value: number, attributes?: Record<string, unknown>) => seen.push([name, value, attributes]) }),
  createHistogram: (name: string) => ({ record: (value: number) => seen.push([name, value >= 0]) }),
};

let world: World;
beforeAll(async () => {
  world = await createWorld({ telemetry: { tracer, meter } });
});
afterAll(() => world.close());

describe('telemetry', () => {
  it('counts, times and traces, with codes and counts only', async () => {
    const server = createTestServer();
    const patient = '279035121518989@patient.mssante.fr';
    await world.ledger.outbox.queue({ documentId: 'd1', message: message(), mailbox, recipients: [{ address: patient }], author: 'a' });
    await drain(world, server);
    expect(seen).toEqual([
      ['mss.outbox.queued', 1, {}],
      ['span', 'mss.outbox.submit', { recipients: 1, bytes: message().length }],
      ['end', 'mss.outbox.submit'],
      ['mss.outbox.submit', true],
      ['mss.outbox.recipients', 1, { outcome: 'accepted' }],
    ]);
  });

  it('that throws does not disturb the work, and an error of the work marks its span', async () => {
    const broken = (): never => {
      throw new Error('exporter');
    };
    const telemetry = createTelemetry({ tracer: { startSpan: broken }, meter: { createCounter: broken, createHistogram: broken } });
    telemetry.count('a', 1);
    telemetry.measure('b', 1);
    expect(await telemetry.span('c', {}, () => Promise.resolve(7))).toBe(7);
    seen.length = 0;
    await expect(createTelemetry({ tracer }).span('d', {}, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
    expect(seen).toEqual([
      ['span', 'd', {}],
      ['status', 2],
      ['end', 'd'],
    ]);
  });
});
