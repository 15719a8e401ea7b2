import type { Selection } from '@understory/core';
import {
  datasetRecord,
  experimentRecord,
  explainerRecord,
  type ExperimentRecord,
} from '../common/experiment-record.ts';
import { classRecord } from '../common/record.ts';
import type { ChosenImages, TargetReference } from '../environment.ts';
import type { Setup } from '../setup/setup.ts';
import type { AttackSpec } from '../spec/study-spec.ts';
import type { AttackRecord } from './attack-rows.ts';
import { drawsFromMaps, type NamedAttack } from './choose-attacks.ts';
import type { Transfer } from './transfer.ts';

interface Decided {
  readonly spec: Pick<AttackSpec, 'images' | 'layer' | 'layout' | 'seed' | 'target' | 'threshold'>;
  readonly images: ChosenImages;
  readonly setup: Setup;
  readonly attacks: readonly NamedAttack[];
  readonly target: number | undefined;
  readonly reference: TargetReference | undefined;
  readonly transfer: Transfer | undefined;
  readonly explainer: Selection;
}

/** The record of a run of attacks. */
export function attackRecord({
  spec,
  images,
  setup,
  attacks,
  target,
  reference,
  transfer,
  explainer,
}: Decided): ExperimentRecord<AttackRecord['parameters']> {
  const isDrawn = drawsFromMaps(attacks);
  return experimentRecord(setup, {
    seed: spec.seed,
    backends: setup.backends({
      explainers: isDrawn,
      others: transfer === undefined ? [] : [{ opened: transfer.opened, kind: 'transfer' }],
    }),
    parameters: {
      kind: 'attack',
      dataset: datasetRecord(images.record, spec.images, images.ids),
      attacks: attacks.map(({ record }) => record),
      ...goalRecord(spec, setup, target),
      targetImage: reference?.record ?? null,
      explainer: isDrawn ? explainerRecord(setup, explainer) : null,
      layer: isDrawn ? spec.layer : null,
      ...(isDrawn && spec.layout !== undefined && { layout: spec.layout }),
      layers: isDrawn ? setup.explainers.map(({ layer }) => layer ?? null) : [],
      transfer:
        transfer === undefined
          ? null
          : { name: transfer.opened.resolved.name, sha256: transfer.opened.model.origin.sha256 },
    },
  });
}

function goalRecord(
  { target: words, threshold }: Decided['spec'],
  { subject }: Setup,
  target: number | undefined,
): Pick<AttackRecord['parameters'], 'goal' | 'target' | 'threshold'> {
  if (words !== undefined) {
    const named = { index: null, label: words };
    return { goal: 'raise', target: named, ...(threshold !== undefined && { threshold }) };
  }
  return target === undefined
    ? { goal: 'untargeted', target: null }
    : { goal: 'targeted', target: classRecord(subject, target) };
}
