import type { AnswerOption, ProbeSummary } from '@understory/core';
import type { Tested } from '../comparison/tested.ts';
import type { EvaluationSummary } from '../evaluation/summarise-evaluation.ts';

type Interval = readonly [low: number, high: number];

/** What a diagnosis found of one picture, or of all of them together; null stands for what cannot be told. */
export interface DiagnosisSummary {
  readonly images: number;
  readonly prediction: {
    /** Of a single picture. */
    readonly decision: string | null;
    /** What a single picture asked the network of its own; null where it asked nothing. */
    readonly asked: string | null;
    readonly options: readonly AnswerOption[];
    readonly probability: Mean;
    readonly margin: Mean;
  };
  readonly agreement: {
    /** Between explainers that look at the network. */
    readonly methods: Mean;
    /** Between those and the baselines, which do not. */
    readonly baselines: Mean;
    readonly pairs: readonly ({ readonly first: string; readonly second: string } & Mean)[];
  };
  readonly evaluation: EvaluationSummary;
  readonly probe: ProbeSummary | null;
  readonly fooling: readonly MaskFooling[];
  /** Each pair of masks once: the difference of the shares of budgets that flip a picture, first minus second. */
  readonly foolingComparisons: readonly ({
    readonly first: string;
    readonly second: string;
    readonly n: number;
  } & Tested)[];
  /** One sentence for each part, with its caveat. */
  readonly verdicts: readonly DiagnosisVerdict[];
}

export interface Mean {
  readonly n: number;
  readonly mean: number | null;
  /** 95 %; null for a single picture. */
  readonly interval: Interval | null;
}

/** How easily decisions are flipped through a mask. */
export interface MaskFooling {
  readonly mask: string;
  /** In words, such as `the top tenth of the heat map`. */
  readonly title: string;
  readonly n: number;
  /** Pictures that some budget flips. */
  readonly flipped: number;
  /** The median of the smallest budget that does; null where fewer than half of the pictures are flipped. */
  readonly median: number | null;
  /** Of budgets that succeed, a mean over pictures. */
  readonly share: Mean;
  /** Of a single picture: what it is taken for then. */
  readonly decision: string | null;
  readonly probability: number | null;
}

/** What a part of a diagnosis comes to. */
export interface DiagnosisVerdict {
  readonly topic: 'prediction' | 'agreement' | 'sanity' | 'faithfulness' | 'arrangement' | 'robustness';
  readonly statement: string;
  /** What it does not say. */
  readonly caveat: string;
  /** `unclear` where the data do not decide. */
  readonly tone: 'good' | 'bad' | 'unclear' | 'neutral';
}
