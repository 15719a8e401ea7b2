import type { Layout } from '../axes/layout.ts';
import type { Cancellation } from './cancellation.ts';
import type { Feeds, Model } from './model.ts';
import type { Objective } from './objective.ts';

export interface ExplainRequest {
  readonly model: Model;
  readonly feeds: Feeds;
  /** The name of the input that takes the explained picture; where absent, the only one that can. */
  readonly image?: string;
  /** What is explained, one value a sample. */
  readonly objective: Objective;
  /** A tensor name of `model.layers`; explainers that need none ignore it, the others take the last spatial activation where absent. */
  readonly layer?: string;
  /** What the axes of that layer are, where it is to be said: without it the graph decides, and refuses where it does not tell. */
  readonly layout?: Layout;
  readonly seed?: number;
  readonly signal?: Cancellation;
  /** Told how many runs of the model on one sample are done, by explainers that need many. */
  readonly progress?: (done: number, total: number) => void;
}

/** The importance of each place for one sample, at the resolution at which the method sees it. */
export interface HeatMap {
  readonly height: number;
  readonly width: number;
  /** `[height, width]` in row-major order, before any upsampling or normalisation; larger is more important. */
  readonly data: Float32Array;
  /** The layer it was read from, where there is one. */
  readonly layer?: string;
  /** How that layer was read where that is not as it stands, for a person: `tokens 1..196 as 14 x 14`. */
  readonly reading?: string;
  /** Further numbers under stable names, such as how far an attribution is from complete. */
  readonly details?: Readonly<Record<string, number>>;
}

/** Says where a model looked. */
export interface Explainer {
  /** Whether all that it asks of the model is the activations and gradients of its layer, in one pass. */
  readonly readsLayer?: boolean;
  /** One map a sample, in the order of the batch; throws where the objective does not have one entry a sample. */
  explain(request: ExplainRequest): Promise<readonly HeatMap[]>;
}
