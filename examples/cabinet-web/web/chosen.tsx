import type { VNode } from 'preact';

import type { AnnuaireHit } from '../src/answer.ts';
import { activityOf, boxOf, nameOf } from './hit-view.ts';

interface ChosenProps {
  readonly hit: AnnuaireHit | null;
  readonly onCopy: (hit: AnnuaireHit) => void;
  readonly onRemove: () => void;
}

/** Who a message would go to: the mailbox, and the activity that it is for. */
export function Chosen({ hit, onCopy, onRemove }: ChosenProps): VNode | null {
  if (hit === null) return null;
  return (
    <section class="chosen" aria-label="Destinataire choisi">
      <h2>Destinataire</h2>
      <p class="name">{nameOf(hit)}</p>
      <p class="address">{hit.address}</p>
      <p>
        {boxOf(hit)}. {activityOf(hit)}
      </p>
      <p class="actions">
        <button type="button" aria-label={`Copier l’adresse ${hit.address ?? ''}`} onClick={() => onCopy(hit)}>
          Copier l’adresse
        </button>
        <button type="button" onClick={onRemove}>
          Retirer
        </button>
      </p>
    </section>
  );
}
