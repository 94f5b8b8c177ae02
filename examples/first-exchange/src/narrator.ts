/** Tells the demonstration to a person: one line a step, with its duration and the requirement it fulfils. */
export interface Step {
  readonly title: string;
  readonly requirements: readonly string[];
  readonly details: readonly string[];
  readonly milliseconds: number;
}

/** Runs the steps and remembers them for the page that shows them. */
export interface Narrator {
  readonly steps: readonly Step[];
  heading(text: string): void;
  step<Result>(
    title: string,
    options: { readonly requirements?: readonly string[] },
    work: (say: (detail: string) => void) => Promise<Result>,
  ): Promise<Result>;
}

/** A narrator that prints on standard output. */
export function createNarrator(): Narrator {
  const steps: Step[] = [];
  return {
    steps,
    heading: (text) => console.log(`\n${text}\n${'─'.repeat(text.length)}`),
    async step(title, { requirements = [] }, work) {
      const details: string[] = [];
      const started = performance.now();
      const result = await work((detail) => details.push(detail));
      const milliseconds = performance.now() - started;
      steps.push({ title, requirements, details, milliseconds });
      const fulfils = requirements.length === 0 ? '' : `  [${requirements.join(', ')}]`;
      console.log(`✓ ${title}  (${milliseconds.toFixed(0)} ms)${fulfils}`);
      for (const detail of details) console.log(`    ${detail}`);
      return result;
    },
  };
}
