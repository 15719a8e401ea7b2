import type { Box } from './metric.ts';

/** One labelled or unlabelled image of a data set. */
export interface DatasetItem {
  /** Stable across runs and machines; seeds and records are keyed by it. */
  readonly id: string;
  /** The encoded image file. */
  read(): Promise<Uint8Array>;
  readonly label?: string;
  /** Where the labelled thing is, in pixels of the decoded image. */
  readonly boxes?: readonly Box[];
}

/** A stream of items in a fixed order. */
export interface Dataset {
  readonly name: string;
  readonly classes: readonly string[] | undefined;
  /** How many items there are, where that is known before they are streamed. */
  readonly size?: number;
  items(): AsyncIterable<DatasetItem>;
}
