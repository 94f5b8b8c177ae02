import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
// The page is rendered by plain JavaScript: the runner is, too.
// @ts-expect-error no types
import { renderChaos } from '../chaos/render.mjs';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const run = JSON.parse(read('../chaos/last-run.json')) as {
  readonly failed: readonly string[];
  readonly results: readonly {
    readonly kind: string;
    readonly kills?: number;
    readonly mode?: string;
    readonly problems?: readonly string[];
  }[];
};

describe('docs/CHAOS.md', () => {
  it('says what the last run found: node tooling/docs/chaos-report.mjs writes it', () => {
    expect(read('../../docs/CHAOS.md') === (renderChaos as (given: object) => string)(run)).toBe(true);
  });

  it('tells of a run with at least 500 random kills and every kind of chaos, and hides no problem of it', () => {
    const page = read('../../docs/CHAOS.md');
    for (const name of run.failed) expect(page).toContain(name);
    const kills = run.results.filter((one) => one.kind === 'kills');
    expect(kills.filter((one) => one.mode === 'random').reduce((all, one) => all + (one.kills ?? 0), 0)).toBeGreaterThanOrEqual(500);
    for (const problem of kills.flatMap((one) => one.problems ?? [])) expect(page).toContain(problem);
    expect(new Set(run.results.map((one) => one.kind))).toEqual(new Set(['kills', 'workstations', 'postgres', 'fault']));
  });

  it('names no place of the machine that it ran on', () => {
    expect(read('../../docs/CHAOS.md')).not.toMatch(/\/(?:tmp|home|root|work)\//);
  });
});
