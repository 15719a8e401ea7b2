import type { Options } from '@understory/core';
import type { EvaluationRecord } from '../evaluation/evaluation-rows.ts';

/** What a run folder says of the pictures that parts of a network respond to. */
export interface VisualisationRecord extends Omit<EvaluationRecord, 'parameters'> {
  readonly parameters: {
    readonly kind: 'visualisation';
    /** The photographs that pictures are measured against. */
    readonly dataset: { readonly name: string } & Readonly<Record<string, unknown>>;
    readonly visualiser: {
      readonly id: string;
      readonly title: string;
      readonly description: string;
      readonly options: Options;
      readonly reference?: string;
    };
    readonly goals: readonly string[];
    readonly [other: string]: unknown;
  };
}

/** One picture: what it is of and how much the network responds to it. */
export interface VisualisationRow {
  readonly item: string;
  /** The layer as it was asked for; null where a target was. */
  readonly layer: string | null;
  readonly channel: number | null;
  /** The target's words, and what the model calls it; null for a channel. */
  readonly target: string | null;
  readonly label: string | null;
  /** Of the picture as it is saved, with 8 bits a channel. */
  readonly value: number;
  /** Of the noise that the ascent started from. */
  readonly start: number;
  /** The photograph with the highest value. */
  readonly photograph: { readonly id: string; readonly value: number };
  readonly height: number;
  readonly width: number;
  /** Where the run folder has it. */
  readonly picture: string;
  readonly warnings: readonly string[];
}

/** The pictures of a layer, or of targets. */
export interface VisualisationGroup {
  /** Null for targets. */
  readonly layer: string | null;
  readonly pictures: readonly VisualisationRow[];
}

export interface VisualisationSummary {
  readonly pictures: number;
  /** Of how many the value is above that of every photograph. */
  readonly abovePhotographs: number;
  readonly photographs: number;
  readonly groups: readonly VisualisationGroup[];
}
