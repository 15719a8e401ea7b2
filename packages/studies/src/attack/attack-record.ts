import type { Selection } from '@understory/core';
import type { AttackRecord } from '@understory/report';
import { drawsFromMaps, type NamedAttack } from './choose-attacks.ts';
import type { ChosenImages } from '@understory/environment-node';
import { datasetRecord, experimentRecord, explainerRecord, type ExperimentRecord } from '../common/experiment-record.ts';
import type { Io } from '@understory/cli';
import type { SelectionOptions } from '@understory/cli';
import { classRecord } from '../common/record.ts';
import type { Setup } from '../setup/setup.ts';
import type { TargetReference } from './target-reference.ts';
import type { Transfer } from './transfer.ts';

interface RecordParts {
  readonly options: SelectionOptions & {
    readonly layer: string;
    readonly layout?: string | undefined;
    readonly seed: number;
  };
  readonly io: Pick<Io, 'runtime'>;
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
  options,
  io,
  images,
  setup,
  attacks,
  target,
  reference,
  transfer,
  explainer,
}: RecordParts): ExperimentRecord<AttackRecord['parameters']> {
  const isDrawn = drawsFromMaps(attacks);
  return experimentRecord(setup, {
    ...{ io, seed: options.seed },
    backends: setup.backends({
      explainers: isDrawn,
      others: transfer === undefined ? [] : [{ opened: transfer.opened, kind: 'transfer' }],
    }),
    parameters: {
      kind: 'attack',
      dataset: datasetRecord(images.record, options, images.ids),
      attacks: attacks.map(({ record }) => record),
      goal: target === undefined ? 'untargeted' : 'targeted',
      target: target === undefined ? null : classRecord(setup.classifier, target),
      targetImage: reference?.record ?? null,
      explainer: isDrawn ? explainerRecord(setup, explainer) : null,
      layer: isDrawn ? options.layer : null,
      ...(isDrawn && options.layout !== undefined && { layout: options.layout }),
      layers: isDrawn ? setup.explainers.map(({ layer }) => layer ?? null) : [],
      transfer:
        transfer === undefined
          ? null
          : { name: transfer.opened.resolved.name, sha256: transfer.opened.model.origin.sha256 },
    },
  });
}
