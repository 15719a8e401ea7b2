/** What came of one item. */
export type Outcome<Item, Row> =
  { readonly item: Item; readonly rows: readonly Row[] } | { readonly item: Item; readonly error: unknown };

/**
 * Works on items somewhere: in this process, in threads, on other machines. Nothing else in a run knows where.
 * The results depend on each item and the run's seed alone, so an executor may take them in any order; the outcomes come as they
 * are ready, one an item. It asks for items only as it can take them. When the stream of items throws, the outcomes of those under
 * way come first, then the error. When nobody wants more outcomes, it stops and waits for what is under way.
 */
export interface Executor<Item, Row> {
  execute(items: AsyncIterable<Item>): AsyncIterable<Outcome<Item, Row>>;
}
