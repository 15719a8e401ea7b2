import type { PixelSubject } from '../pixel-subject.ts';
import type { Tensor, Tensors } from '../tensor/tensor.ts';
import type { Cancellation } from './cancellation.ts';
import type { CaptionTest, Question } from './dataset.ts';
import type { Explainer, HeatMap } from './explainer.ts';
import type { Experiment } from './experiment.ts';
import type { Box } from './metric.ts';
import type { Answer, Target } from './subject.ts';

/** What a probe concluded, with the interval that says how sure it may be. */
export interface Verdict {
  readonly statement: string;
  readonly estimate: number;
  readonly interval: readonly [low: number, high: number];
}

/** An image as a probe is given it. */
export interface ProbeItem {
  readonly id: string;
  /** What the network would see, before normalisation: `[1, C, H, W]` in 0..1. */
  readonly pixels: Tensor<'float32'>;
  /** The class of the label, where there is one that the model knows. */
  readonly label?: number;
  /** Captions with false ones beside them; boxes are in pixels of the picture that the network would see. */
  readonly captionTests?: readonly CaptionTest[];
  /** Questions with their answers; boxes are in pixels of the picture that the network would see. */
  readonly questions?: readonly Question[];
  /** As `pixels`, by the names that `counterpart` of a caption test or a question gives. */
  readonly otherPictures?: Readonly<Record<string, Tensor<'float32'>>>;
}

/** Finds the number to watch in what a subject says of one untouched picture. */
export interface ProbeTarget {
  /** Outputs and layers that it needs beside those that the subject reads. */
  readonly outputs: readonly string[];
  /** Undefined where the subject says nothing of the picture that could be watched. */
  of(answer: Answer, outputs: Tensors): Target | undefined;
}

export interface ProbeRequest {
  readonly subject: PixelSubject;
  /** The number to watch; of what the subject says of the untouched picture where absent. */
  readonly target?: ProbeTarget;
  /** What records call the model and the data set, for numbers that others measured of the same. */
  readonly names?: { readonly model: string; readonly dataset: string };
  /** Explains what the model says, for probes that ask where it looks. */
  readonly explainer?: { readonly name: string; readonly explainer: Explainer; readonly layer?: string };
  readonly seed: number;
  readonly signal?: Cancellation;
  /** Told of pictures worth keeping, each `[1, C, H, W]` in 0..1 under a stable name, and of what is to be drawn over them. */
  readonly keep?: (item: string, name: string, pixels: Tensor<'float32'>, drawn?: DrawnOver) => Promise<void>;
}

/** What is drawn over a picture that is kept. */
export interface DrawnOver {
  readonly heat?: HeatMap;
  /** In pixels of the picture, each with what it is of. */
  readonly boxes?: readonly { readonly box: Box; readonly label: string }[];
}

/** A number over images and repeats, with its interval. */
export interface ProbeEstimate {
  /** Stable, such as `same-top1`. */
  readonly measure: string;
  readonly title: string;
  /** What was done to the images, such as `grid=4`. */
  readonly condition: string;
  readonly n: number;
  /** Null where nothing was measured. */
  readonly estimate: number | null;
  /** 95 %. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Two-sided, that it is zero, where that was tested. */
  readonly pValue?: number;
  /** How to print it: a share of 1, or a plain number. */
  readonly unit: 'share' | 'number';
  /** The same number in the paper that the probe reproduces, for its network and data. */
  readonly paper?: number;
  /** The same number as others measured it of the same model on the same data. */
  readonly published?: Published;
}

/** A number that others measured. */
export interface Published {
  readonly value: number;
  /** Whose it is and of which model: `Kamath et al. 2023, CLIP ViT-B/32`. */
  readonly source: string;
}

/** Estimates of things that have no order, beside each other. */
export interface ProbeChart {
  readonly title: string;
  /** What the numbers are: `fraction of pairs`. */
  readonly axis: string;
  readonly unit: ProbeEstimate['unit'];
  readonly rows: readonly {
    readonly name: string;
    readonly marks: readonly {
      readonly series: string;
      readonly value: number;
      readonly interval: readonly [low: number, high: number] | null;
    }[];
    /** What a model that knows nothing would show. */
    readonly chance?: number;
  }[];
}

/** Estimates along something that was varied. */
export interface ProbeCurve {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly {
      readonly x: number;
      readonly y: number;
      readonly interval: readonly [low: number, high: number] | null;
    }[];
  }[];
  /** What a model that knows nothing would show. */
  readonly chance?: number;
  /** What `chance` is where it is no chance level: `two different images`. */
  readonly chanceName?: string;
}

/** An image worth looking at, with the pictures that were kept of it. */
export interface ProbeExample {
  readonly item: string;
  /** Why it was chosen. */
  readonly title: string;
  readonly pictures: readonly { readonly name: string; readonly caption: string }[];
}

/** What belongs to a question of its own, beside the one that the verdict answers. */
export interface ProbeSection {
  readonly title: string;
  readonly estimates: readonly ProbeEstimate[];
  readonly charts: readonly ProbeChart[];
  readonly examples: readonly ProbeExample[];
  /** What a reader should know of the numbers, a sentence each. */
  readonly remarks: readonly string[];
}

/** What every probe ends with, so that any report can show it. */
export interface ProbeSummary {
  readonly images: number;
  readonly verdict: Verdict;
  readonly estimates: readonly ProbeEstimate[];
  readonly curves: readonly ProbeCurve[];
  readonly charts?: readonly ProbeChart[];
  readonly examples: readonly ProbeExample[];
  /** What a reader should know of the numbers, a sentence each. */
  readonly remarks?: readonly string[];
  readonly sections?: readonly ProbeSection[];
}

/** A question put to a model over a data set. */
export interface Probe<Row = unknown, Summary extends ProbeSummary = ProbeSummary> {
  experiment(request: ProbeRequest): Experiment<ProbeItem, Row, Summary>;
}
