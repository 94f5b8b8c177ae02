import { Fragment, type VNode } from 'preact';

import type { AnnuaireHit } from '../src/answer.ts';
import { highlight } from './highlight.ts';
import { activityParts, boxOf, describeHit, nameParts, paperOf, professionParts, reasonOf, type Part } from './hit-view.ts';

interface HitItemProps {
  readonly hit: AnnuaireHit;
  readonly onChoose: (hit: AnnuaireHit) => void;
  readonly onCopy: (hit: AnnuaireHit) => void;
}

/** One line of the directory. Somebody without a mailbox is shown, and cannot be chosen. */
export function HitItem({ hit, onChoose, onCopy }: HitItemProps): VNode {
  const { address } = hit;
  const activity = activityParts(hit);
  const reason = reasonOf(hit);
  const paper = paperOf(hit);
  return (
    <li class={address === null ? 'hit without-mailbox' : 'hit'}>
      <div class="who">
        <p class="name">
          <Marked parts={nameParts(hit)} hit={hit} between=" " />
        </p>
        <p>
          <Marked parts={professionParts(hit)} hit={hit} between=", " />
        </p>
        <p>{activity.length === 0 ? 'Activité sans structure publiée' : <Marked parts={activity} hit={hit} between=", " />}</p>
      </div>
      <div class="mailbox">
        <p class="kind">{boxOf(hit)}</p>
        {address !== null && (
          <p class="address">
            <Marked parts={[{ text: address, fields: ['address', 'mailbox'] }]} hit={hit} />
          </p>
        )}
        {paper !== '' && <p class={hit.dematerialisation === true ? 'paperless' : 'paper'}>{paper}</p>}
        {hit.rpps !== null && (
          <p class="identifier">
            RPPS <Marked parts={[{ text: hit.rpps, fields: ['identifier'] }]} hit={hit} />
          </p>
        )}
      </div>
      {reason !== '' && <p class="reason">{reason}</p>}
      {address !== null && (
        <p class="actions">
          <button class="choose" type="button" aria-label={`Choisir ${describeHit(hit)}`} onClick={() => onChoose(hit)}>
            Choisir
          </button>
          <button type="button" aria-label={`Copier l’adresse ${address}`} onClick={() => onCopy(hit)}>
            Copier l’adresse
          </button>
        </p>
      )}
    </li>
  );
}

interface MarkedProps {
  readonly parts: readonly Part[];
  readonly hit: AnnuaireHit;
  readonly between?: string;
}

function Marked({ parts, hit, between = '' }: MarkedProps): VNode {
  return (
    <>
      {parts.map((part, at) => (
        <Fragment key={at}>
          {at === 0 ? '' : between}
          {highlight(part, hit.matches).map((piece) => (piece.marked ? <mark>{piece.text}</mark> : piece.text))}
        </Fragment>
      ))}
    </>
  );
}
