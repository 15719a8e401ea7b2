import type { Answer, AnswerOption, ProbeEstimate, ProbeSummary, Subject, Target, Tensor } from '@understory/core';
import type { RgbImage } from '@understory/imaging';
import type { AttackedItem } from '../attack/attack-plan.ts';
import type { AttackRow, RunAttack } from '../attack/attack-rows.ts';
import type { ExplainedItem, ItemFacts } from '../evaluation/evaluation-experiment.ts';
import type { EvaluatedExplainer, EvaluatedMetric, EvaluationRow } from '../evaluation/evaluation-rows.ts';
import type { ProbeRow } from '../probe/probe-experiment.ts';
import type { ProbeRecord } from '../probe/probe-rows.ts';

/** What one network does with one picture, as a run folder keeps it. */
export interface Examination extends Omit<ItemFacts, 'item' | 'label'> {
  /** What the network was asked, where that is the image's own, such as a question; null where the run asks all images the same, or nothing. */
  readonly asked: string | null;
  /** The best five of what the network says. */
  readonly options: readonly AnswerOption[];
  /** The probability of the explained class; null where it is no class. */
  readonly targetProbability: number | null;
  readonly measurements: readonly EvaluationRow[];
  /** Rows of the probe; empty where it says nothing, and without one. */
  readonly disturbances: readonly ProbeRow[];
  /** What the probe says of this image alone: the leading number of each condition; empty where its rows tell of decisions that survive. */
  readonly probed: readonly Pick<ProbeEstimate, 'measure' | 'title' | 'condition' | 'unit' | 'estimate'>[];
  /** For each mask the budgets from the smallest to the first that succeeds. */
  readonly attacks: readonly AttackRow[];
  /** How many budgets there are. */
  readonly budgets: number;
}

/** An examination with what pictures are drawn of. */
export interface Examined {
  readonly examination: Examination;
  readonly answer: Answer;
  /** What is explained. */
  readonly target: Target;
  /** As it was asked, in models that are asked something. */
  readonly subject: Subject;
  /** What the network saw. */
  readonly picture: RgbImage;
  /** `[H, W]`: 1 where the picture is, 0 where it was padded. */
  readonly pixelMask: Uint8Array;
  readonly maps: ExplainedItem['maps'];
  readonly failures: ExplainedItem['failures'];
  /** What the probe kept, `[1, C, H, W]` in 0..1 by name, and what it says of this one picture. */
  readonly disturbed: {
    readonly summary: ProbeSummary;
    readonly pictures: ReadonlyMap<string, Tensor<'float32'>>;
  } | null;
  /** Every attack that was made, those of a budget together. */
  readonly attacked: readonly AttackedItem[];
}

/** Something that was asked for and that a network does not allow. */
export interface LeftOut {
  readonly what: string;
  readonly reason: string;
}

/** What a record says of how networks are examined. */
export interface ExaminedWith {
  readonly explainers: readonly EvaluatedExplainer[];
  readonly metrics: readonly EvaluatedMetric[];
  readonly probe: ProbeRecord['parameters']['probe'] | null;
  /** Each mask with each budget, budgets ascending. */
  readonly attacks: readonly RunAttack[];
}

/** The mask of an entry of a run's attacks, with its settings and without the budget. */
export function maskOf({ name }: Pick<RunAttack, 'name'>): string {
  return name.replace(/ epsilon=\S+$/, '');
}
