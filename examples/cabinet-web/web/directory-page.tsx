import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import type { AnnuaireHit } from '../src/answer.ts';
import { Chosen } from './chosen.tsx';
import { HitList } from './hit-list.tsx';
import { nameOf } from './hit-view.ts';
import { SearchForm } from './search-form.tsx';
import { announcement, emptyState, hasMore, nothingWanted, type SearchState, type Wanted } from './search-state.ts';
import { createSearcher } from './searcher.ts';

/** The search of the directory: the box, its filters, what was found, and who was chosen. */
export function DirectoryPage(): VNode {
  const [wanted, setWanted] = useState<Wanted>(nothingWanted);
  const [state, setState] = useState<SearchState>(emptyState);
  const [chosen, setChosen] = useState<AnnuaireHit | null>(null);
  const [said, setSaid] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const searcher = useMemo(
    () =>
      createSearcher({
        fetch: (url, init) => fetch(url, init),
        later: (work, ms) => {
          const timer = setTimeout(work, ms);
          return () => clearTimeout(timer);
        },
        onState: setState,
      }),
    [],
  );
  useEffect(() => () => searcher.stop(), [searcher]);

  const want = (next: Wanted): void => {
    setWanted(next);
    setSaid('');
    searcher.want(next);
  };
  const copy = (hit: AnnuaireHit): void => {
    navigator.clipboard.writeText(hit.address ?? '').then(
      () => setSaid(`Adresse de ${nameOf(hit)} copiée.`),
      () => setSaid('Le navigateur ne permet pas de copier : sélectionnez l’adresse.'),
    );
  };
  const choose = (hit: AnnuaireHit): void => {
    setChosen(hit);
    setSaid(`Destinataire : ${nameOf(hit)}.`);
  };
  const results = announcement(state);

  return (
    <>
      <header>
        <h1>Annuaire MSSanté</h1>
        <p class="hint">Nom, ville, spécialité, structure, RPPS, FINESS ou adresse, dans n’importe quel ordre.</p>
      </header>
      <main>
        <SearchForm wanted={wanted} onWanted={want} onEnter={() => firstButton(list.current)?.focus()} />
        <Chosen hit={chosen} onCopy={copy} onRemove={() => setChosen(null)} />
        <p class="status" role="status" aria-live="polite">
          {said === '' ? results : said}
        </p>
        {state.phase === 'failed' && (
          <p class="failure">
            {state.message}{' '}
            <button type="button" onClick={() => searcher.again()}>
              Réessayer
            </button>
          </p>
        )}
        <HitList hits={state.hits} isBusy={state.phase === 'searching'} listRef={list} onChoose={choose} onCopy={copy} />
        {hasMore(state) && state.phase !== 'failed' && (
          <button class="more" type="button" onClick={() => searcher.more()}>
            Afficher la suite
          </button>
        )}
      </main>
    </>
  );
}

const firstButton = (list: HTMLOListElement | null): HTMLButtonElement | null =>
  list?.querySelector<HTMLButtonElement>('button.choose') ?? null;
