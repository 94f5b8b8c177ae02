type Attributes = Record<string, string | number | boolean>;

/** What is used of a span. */
export interface TelemetrySpan {
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

/**
 * Tracing and metrics of the host, optional. `trace.getTracer('…')` and `metrics.getMeter('…')` of `@opentelemetry/api` fit
 * as they are; nothing is imported from there. Names and attributes are codes, counts and outcomes: no address, no id.
 *
 * | name | instrument | attributes |
 * |---|---|---|
 * | `mss.outbox.queued` | counter | |
 * | `mss.outbox.submit` | span, and histogram in ms | |
 * | `mss.outbox.recipients` | counter | `outcome` |
 * | `mss.outbox.evidence` | counter | `kind`, `settled` |
 * | `mss.ledger.inbox.hand_over` | span; histogram in ms with `_ms` | `attempt` |
 * | `mss.ledger.inbox.quarantined` | counter | `reason` |
 * | `mss.ledger.receipts` | counter | `kind`, `trust`, `reason`, `fact` |
 * | `mss.ledger.silences` | counter | `awaited`, `told` |
 */
export interface TelemetryOptions {
  readonly tracer?: { startSpan(name: string, options?: { attributes?: Attributes }): TelemetrySpan };
  readonly meter?: {
    createCounter(name: string): { add(value: number, attributes?: Attributes): void };
    createHistogram(name: string, options?: { unit?: string }): { record(value: number, attributes?: Attributes): void };
  };
}

/** The same, for the parts of the ledger: does nothing where the host gave nothing, and never throws. */
export interface Telemetry {
  count(name: string, value: number, attributes?: Readonly<Attributes>): void;
  /** Durations in milliseconds. */
  measure(name: string, value: number, attributes?: Readonly<Attributes>): void;
  span<Result>(name: string, attributes: Readonly<Attributes>, work: () => Promise<Result>): Promise<Result>;
}

/** `SpanStatusCode.ERROR` of OpenTelemetry. */
const errorStatus = 2;

export function createTelemetry(options: TelemetryOptions = {}): Telemetry {
  const { tracer, meter } = options;
  const counters = new Map<string, { add(value: number, attributes?: Attributes): void }>();
  const histograms = new Map<string, { record(value: number, attributes?: Attributes): void }>();
  return {
    count: (name, value, attributes = {}) =>
      quietly(() => {
        if (meter === undefined) return;
        const counter = counters.get(name) ?? meter.createCounter(name);
        counters.set(name, counter);
        counter.add(value, { ...attributes });
      }),
    measure: (name, value, attributes = {}) =>
      quietly(() => {
        if (meter === undefined) return;
        const histogram = histograms.get(name) ?? meter.createHistogram(name, { unit: 'ms' });
        histograms.set(name, histogram);
        histogram.record(value, { ...attributes });
      }),
    span: async (name, attributes, work) => {
      const span = quietly(() => tracer?.startSpan(name, { attributes: { ...attributes } }));
      try {
        return await work();
      } catch (error) {
        quietly(() => span?.setStatus({ code: errorStatus }));
        throw error;
      } finally {
        quietly(() => span?.end());
      }
    },
  };
}

/** A failing exporter of the host's does not stop a mail. */
function quietly<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
