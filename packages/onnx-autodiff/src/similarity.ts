import { sameShape, type GraphBuilder } from './builder.ts';
import type { Value } from './types.ts';

/** Shorter outputs count as this long: their similarity and its gradient stay finite. */
const shortestLength = 1e-8;

/**
 * The products of an output, brought to length 1 a sample, with `vectors` `[N, D]`: the value `[N]` and the gradient of its sum, shaped
 * as the output. Both are float32 also in half precision, which the squares of an embedding overflow.
 */
export function buildSimilarity(
  output: Value,
  vectors: Value,
  builder: GraphBuilder,
): { readonly value: Value; readonly seed: Value } {
  const type = output.type === 'float64' ? 'float64' : 'float32';
  const rows = builder.cast(output.shape!.length === 2 ? output : builder.reshape(output, [0, -1]), type);
  const typed = builder.cast(vectors, type);
  // Vectors of one number would be broadcast to any size; a reshape fails.
  const to = sameShape(typed, rows) ? typed : builder.reshape(typed, builder.shapeOf(rows));
  const one = builder.scalarLike(rows, 1);

  // Divided by its largest element no square overflows or vanishes, and lengths below 1 are those that count as `shortestLength`.
  const largest = builder.op('ReduceMax', [builder.op('Abs', [rows]), builder.ints([1])], { keepdims: 1 });
  const unit = builder.op('Max', [largest, builder.scalarLike(rows, shortestLength)]);
  const scaled = builder.div(rows, unit);
  const squares = builder.reduceSum(builder.mul(scaled, scaled), [1]);
  const length = builder.op('Sqrt', [builder.op('Max', [squares, one])]);
  const direction = builder.div(scaled, length);
  const value = builder.reduceSum(builder.mul(direction, to), [1]);

  // d(to . x / |x|) = (to - value x / |x|) / |x|; a length that is constant has no second term.
  const along = builder.where(builder.op('Less', [squares, one]), builder.scalarLike(rows, 0), value);
  const across = builder.sub(to, builder.mul(along, direction));
  const seed = builder.div(builder.div(across, length), unit);
  return { value: builder.squeeze(value, [1]), seed: builder.reshapeLike(seed, output) };
}
