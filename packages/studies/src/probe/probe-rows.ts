import type { Options } from '@understory/core';
import type { EvaluationRecord } from '../evaluation/evaluation-rows.ts';

/** What a run folder says of a probe; what it found is core's `ProbeSummary`, beside it as `summary.json`. */
export interface ProbeRecord extends Omit<EvaluationRecord, 'parameters'> {
  readonly parameters: {
    readonly kind: 'probe';
    readonly dataset: { readonly name: string } & Readonly<Record<string, unknown>>;
    readonly probe: {
      readonly id: string;
      readonly title: string;
      readonly description: string;
      /** Null where a setting was given that the preset has otherwise. */
      readonly preset: string | null;
      readonly options: Options;
      readonly reference?: string;
    };
    readonly [other: string]: unknown;
  };
}
