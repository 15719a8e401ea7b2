import type { EvaluationRecord } from '../evaluation/evaluation-rows.ts';
import type { Examination, ExaminedWith, LeftOut } from '../examination/examination.ts';

/** All that is found of one picture, as a run folder keeps it. */
export interface DiagnosisRow extends Examination {
  readonly item: string;
  readonly label: string | null;
  /** What the network decides, in words. */
  readonly decision: string;
  /** Of the probability of what it says first over that of what it says next; null where it gives none, and of a network that is no classifier. */
  readonly margin: number | null;
  /** Spearman's rank correlation of the maps of each pair of explainers; null where a map is the same everywhere. */
  readonly similarities: readonly {
    readonly first: string;
    readonly second: string;
    readonly correlation: number | null;
  }[];
  /** The smallest budget at which an attack through each mask succeeds; null where none does. */
  readonly flips: readonly Flip[];
}

/** How a decision is flipped through a mask. */
export interface Flip {
  readonly mask: string;
  readonly epsilon: number | null;
  /** What the network says then. */
  readonly decision: string | null;
  readonly probability: number | null;
}

/** What a run folder says of a diagnosis. */
export interface DiagnosisRecord extends Omit<EvaluationRecord, 'parameters'> {
  readonly parameters: {
    readonly kind: 'diagnosis';
    readonly dataset: { readonly name: string } & Readonly<Record<string, unknown>>;
    /** Explainers that do not look at the network. */
    readonly baselines: readonly string[];
    readonly leftOut: readonly LeftOut[];
    readonly [other: string]: unknown;
  } & ExaminedWith;
}
