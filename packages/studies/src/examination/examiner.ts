import type { ProbeSummary, SeededRandom, Tensor } from '@understory/core';
import type { ChosenImage, ChosenImages, Environment, LabelIndex } from '../environment.ts';
import type { EvaluationTarget } from '../evaluation/evaluation-experiment.ts';
import type { ProbeRow } from '../probe/probe-experiment.ts';
import type { Setup } from '../setup/setup.ts';
import type { ComparisonSpec, DiagnosisSpec } from '../spec/study-spec.ts';
import type { StudyOptions } from '../study.ts';
import type { Examined, ExaminedWith, LeftOut } from './examination.ts';

/** What of a spec decides how a network is examined. */
export type ExaminerSpec =
  Omit<DiagnosisSpec, 'study' | 'examples'> | Omit<ComparisonSpec, 'study' | 'examples' | 'other'>;

export interface ExaminerRequest extends Pick<StudyOptions, 'onStep'> {
  readonly environment: Environment;
  readonly images: ChosenImages;
  readonly signal: AbortSignal;
  /** Whether the probe compares heat maps too, those of the first explainer. */
  readonly explainsProbe: boolean;
  /** The probe where the spec names none and the model's task has none of its own. */
  readonly usualProbe: string;
}

/** One network with everything that it is examined with. */
export interface Examiner {
  readonly setup: Setup;
  readonly parts: ExaminedWith;
  readonly leftOut: readonly LeftOut[];
  /** Whether each image brings its own text for the model. */
  readonly isAskedByImages: boolean;
  /** `target` is what is explained; undefined where only images are asked for that the network predicts right, and where there is no target. */
  examine(
    item: ChosenImage,
    random: SeededRandom,
    asked: { readonly target: EvaluationTarget; readonly labels: LabelIndex; readonly onlyCorrect: boolean },
  ): Promise<Examined | undefined>;
  /**
   * Whether the network still says what it says of an examined picture when it is shown another version of it, `[1, C, H, W]` in 0..1;
   * undefined where its task decides nothing.
   */
  staysAt(examined: Examined, pixels: Tensor<'float32'>): Promise<boolean | undefined>;
  /** What the probe says of all pictures; null without one. */
  summariseProbe(rows: Iterable<ProbeRow>): Promise<ProbeSummary | null>;
  close(): Promise<void>;
}
