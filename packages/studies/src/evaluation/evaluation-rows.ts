import type { Curve, Measurement, Metric, Options, RangeEnds } from '@understory/core';

/** One measurement of one explainer on one image, as a run folder keeps it. */
export interface EvaluationRow {
  readonly item: string;
  /** What the data set says; null where it says nothing. */
  readonly label: string | null;
  /** The index of the class that the model decides on; null of a model that is no classifier, as with `target`. */
  readonly predicted: number | null;
  /** Null where a classifier has no labels, as with `targetLabel`; of other models what they say, in words. */
  readonly predictedLabel: string | null;
  /** Of what the model decides; null where it gives none. */
  readonly probability: number | null;
  /** Null where there is no label, or none that the model knows. */
  readonly correct: boolean | null;
  /** The index of the explained class. */
  readonly target: number | null;
  readonly targetLabel: string | null;
  /** A name of the run's `explainers`. */
  readonly explainer: string;
  /** A name of the run's `metrics`. */
  readonly metric: string;
  /** Null where the metric is not defined here; `reason` says why. */
  readonly value: number | null;
  readonly reason: string | null;
  readonly curve: Curve | null;
  readonly details: Measurement['details'] | null;
}

/** An explainer as it was asked for. */
export interface EvaluatedExplainer {
  /** As in the rows: the id, with the options that were given. */
  readonly name: string;
  readonly title: string;
  /** Absent for what is no explainer: the random order of the paper's baseline. */
  readonly options?: Options;
  readonly reference?: string;
}

/** A metric as it was asked for. */
export interface EvaluatedMetric {
  /** As in the rows. */
  readonly name: string;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly better: Metric['better'];
  /** The values that it can take; absent in what older versions recorded. */
  readonly range?: RangeEnds;
  readonly values?: NonNullable<Metric['values']>;
  /** Null where a setting was given that the preset has otherwise. */
  readonly preset: string | null;
  /** Every option with its value. */
  readonly options: Options;
  readonly reference?: string;
}

/** The rows of the baseline in which pixels go in a random order, as explainers are named. */
export const randomOrder = 'random-order';

/** A backend with the numbers of a run that it computed. */
export interface UsedBackend {
  /** Its id. */
  readonly backend: string;
  readonly executionProvider: string;
  /** Of the model file. */
  readonly sha256: string;
  readonly remarks: readonly string[];
  /** Such as `predictions`, `explainer gradcam` and `metric deletion`, named as in the rows. */
  readonly computes: readonly string[];
}

/** What a run folder says of an evaluation. */
export interface EvaluationRecord {
  readonly model: {
    readonly name: string;
    readonly sha256: string;
    /** Of the text tower, where it is a file of its own. */
    readonly textSha256?: string;
    readonly backend: string;
    readonly executionProvider: string;
    readonly remarks: readonly string[];
  };
  /** Which backend each number came from; absent in records of runs from before there was a choice. */
  readonly backends?: readonly UsedBackend[];
  readonly preprocessing?: unknown;
  readonly parameters: EvaluationParameters;
  readonly seed: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface EvaluationParameters {
  readonly dataset: { readonly name: string } & Readonly<Record<string, unknown>>;
  /** In the order of tables and figures. */
  readonly explainers: readonly EvaluatedExplainer[];
  readonly metrics: readonly EvaluatedMetric[];
  readonly [other: string]: unknown;
}

/** An image that could not be evaluated. */
export interface FailedItem {
  readonly item: string;
  readonly code: string;
  readonly message: string;
}
