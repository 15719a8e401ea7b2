/** Neighbours of which `key` says the same, together: `a a b a` are three runs. Holds one run at a time. */
export async function* runsOf<Row>(
  rows: AsyncIterable<Row>,
  key: (row: Row) => unknown,
): AsyncGenerator<readonly Row[], void, undefined> {
  let own: Row[] = [];
  for await (const row of rows) {
    if (own.length > 0 && key(own[0]!) !== key(row)) {
      yield own;
      own = [];
    }
    own.push(row);
  }
  if (own.length > 0) yield own;
}
