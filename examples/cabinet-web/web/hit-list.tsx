import type { Ref, VNode } from 'preact';

import type { AnnuaireHit } from '../src/answer.ts';
import { HitItem } from './hit-item.tsx';
import { keyOf } from './hit-view.ts';

interface HitListProps {
  readonly hits: readonly AnnuaireHit[];
  /** Newer ones are on their way. */
  readonly isBusy: boolean;
  readonly listRef: Ref<HTMLOListElement>;
  readonly onChoose: (hit: AnnuaireHit) => void;
  readonly onCopy: (hit: AnnuaireHit) => void;
}

/** What was found. The arrow keys, Home and End go from one mailbox to another; Escape and the arrow up from the first go to the box. */
export function HitList({ hits, isBusy, listRef, onChoose, onCopy }: HitListProps): VNode {
  return (
    <ol id="hits" ref={listRef} aria-label="Résultats" aria-busy={isBusy} onKeyDown={walk}>
      {hits.map((hit) => (
        <HitItem key={keyOf(hit)} hit={hit} onChoose={onChoose} onCopy={onCopy} />
      ))}
    </ol>
  );
}

const steps: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_, last) => last,
  Escape: () => -1,
};

function walk(event: KeyboardEvent & { readonly currentTarget: HTMLOListElement }): void {
  const step = steps[event.key];
  if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button.choose')];
  const item = event.target instanceof Element ? event.target.closest('li') : null;
  const next = step(
    buttons.findIndex((button) => button.closest('li') === item),
    buttons.length - 1,
  );
  (buttons[next] ?? document.getElementById('text'))?.focus();
}
