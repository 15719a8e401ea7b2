import type { DatasetItem } from '@understory/core';

/** One split of a data set in its own fixed order, before anything is selected from it. */
export interface DatasetReader {
  readonly name: string;
  readonly classes: readonly string[] | undefined;
  readonly size: number;
  /** The items from place `start` on, without their images, which are read when asked for. */
  items(start: number): AsyncIterable<DatasetItem>;
}
