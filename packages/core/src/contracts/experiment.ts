import type { SeededRandom } from '../random.ts';

/** Work over a data set as a pure function from one item to rows and one from rows to a summary. */
export interface Experiment<Item, Row, Summary> {
  /** `random` is derived from the run's seed and the item's id, so order and sharding cannot matter. */
  rows(item: Item, random: SeededRandom): Promise<readonly Row[]>;
  summarise(rows: AsyncIterable<Row>): Promise<Summary>;
}
