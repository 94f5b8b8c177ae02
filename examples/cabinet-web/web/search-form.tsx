import type { VNode } from 'preact';

import { departments, professions } from './departments.ts';
import { nothingWanted, isEmpty, type Wanted } from './search-state.ts';

interface SearchFormProps {
  readonly wanted: Wanted;
  readonly onWanted: (wanted: Wanted) => void;
  /** Enter, or the arrow down, in the box. */
  readonly onEnter: () => void;
}

/** The box and the filters. */
export function SearchForm({ wanted, onWanted, onEnter }: SearchFormProps): VNode {
  const set = (part: keyof Wanted) => (event: { readonly currentTarget: { readonly value: string } }) =>
    onWanted({ ...wanted, [part]: event.currentTarget.value });
  return (
    <form
      role="search"
      aria-label="Annuaire"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        onEnter();
      }}
    >
      <div class="box">
        <label for="text">Rechercher un correspondant</label>
        <input
          id="text"
          type="search"
          maxLength={200}
          spellcheck={false}
          autofocus
          aria-controls="hits"
          aria-describedby="keys"
          value={wanted.text}
          onInput={set('text')}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return;
            event.preventDefault();
            onEnter();
          }}
        />
        <p id="keys" class="hint">
          Flèche bas : aux résultats. Entrée sur un résultat : le choisir. Échap : revenir ici.
        </p>
      </div>
      <fieldset>
        <legend>Affiner</legend>
        <div>
          <label for="profession">Profession ou spécialité</label>
          <input id="profession" list="professions" maxLength={100} value={wanted.profession} onInput={set('profession')} />
          <datalist id="professions">
            {professions.map((profession) => (
              <option key={profession} value={profession} />
            ))}
          </datalist>
        </div>
        <div>
          <label for="department">Département</label>
          <select id="department" value={wanted.department} onChange={set('department')}>
            <option value="">Tous</option>
            {departments.map(([code, name]) => (
              <option key={code} value={code}>{`${code} ${name}`}</option>
            ))}
          </select>
        </div>
        <div>
          <label for="type">Type de boîte</label>
          <select id="type" value={wanted.type} onChange={set('type')}>
            <option value="">Tous, et sans boîte</option>
            <option value="PER">Personnelle</option>
            <option value="ORG">Structure ou service</option>
            <option value="APP">Logiciel</option>
            <option value="CAB">Cabinet</option>
          </select>
        </div>
        <button type="button" disabled={isEmpty({ ...wanted, text: '' })} onClick={() => onWanted({ ...nothingWanted, text: wanted.text })}>
          Enlever les filtres
        </button>
      </fieldset>
    </form>
  );
}
