/**
 * What compiling is taken to cost, in samples. `npm run bench -- filling` measures 40 for the gradient of a small network and 10 for
 * that of a large one; no number between the two goes less wrong on either than their geometric mean.
 */
const compilingCosts = 20;

/**
 * Decides which batch size a batch runs with. A compiled one that is larger is filled up, so that a last, smaller batch is no new
 * one, until what was filled up for that size comes to what compiling it costs: then it is compiled, since it will come again.
 */
export class BatchSizes {
  private readonly filled = new Map<number, number>();

  /** The size for a batch, where `compiled` are the sizes that are ready. */
  choose(batch: number, compiled: Iterable<number>): number {
    let nearest = Infinity;
    for (const size of compiled) if (size >= batch && size < nearest) nearest = size;
    if (nearest === batch || nearest > 2 * batch) return batch;
    const filled = (this.filled.get(batch) ?? 0) + nearest - batch;
    if (filled > compilingCosts) {
      this.filled.delete(batch);
      return batch;
    }
    this.filled.set(batch, filled);
    return nearest;
  }
}
