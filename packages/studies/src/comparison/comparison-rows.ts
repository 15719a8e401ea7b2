import type { EvaluationRecord } from '../evaluation/evaluation-rows.ts';
import type { ModelRecord } from '../common/record.ts';
import type { Examination, ExaminedWith, LeftOut } from '../examination/examination.ts';
import type { MapPair } from './map-pair.ts';

/** What two networks do with one picture, as a run folder keeps it. */
export interface ComparisonRow {
  readonly item: string;
  readonly label: string | null;
  /** Whether the two decide the same; null where that cannot be told. */
  readonly same: boolean | null;
  /** Why there are no maps and no faithfulness to compare; null where there are. */
  readonly reason: string | null;
  readonly first: Examination;
  readonly second: Examination;
  readonly maps: readonly MapPair[];
  /** Adversarial images of either network that were shown to the other. */
  readonly transfers: readonly ShownAdversarial[];
  /** Explainers that have no map in a network. */
  readonly missing: readonly MissingMap[];
}

/** The adversarial image of one network at the smallest budget that fools it, shown to the other. */
export interface ShownAdversarial {
  /** The network that it was made for. */
  readonly from: 'first' | 'second';
  readonly mask: string;
  /** Whether the other no longer says what it says of the untouched image; null where it says nothing that could be lost. */
  readonly fooled: boolean | null;
}

export interface MissingMap {
  readonly explainer: string;
  readonly network: 'first' | 'second';
  readonly reason: string;
}

/** What a run folder says of a comparison. */
export interface ComparisonRecord extends Omit<EvaluationRecord, 'parameters'> {
  readonly parameters: {
    readonly kind: 'comparison';
    readonly dataset: { readonly name: string } & Readonly<Record<string, unknown>>;
    /** The second network; the first is that of the record. */
    readonly other: Omit<ModelRecord, 'path'> & { readonly preprocessing: unknown };
    /** How classes were matched; null for networks without classes. */
    readonly classes: {
      readonly by: 'labels' | 'indices';
      readonly shared: number | null;
      readonly counts: readonly [number | null, number | null];
    } | null;
    readonly leftOut: readonly LeftOut[];
    readonly [other: string]: unknown;
  } & ExaminedWith;
}
