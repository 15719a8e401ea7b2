import * as tf from '@tensorflow/tfjs-core';
import {
  checkTargetCount,
  elementCount,
  errors,
  outputsOf,
  shortestLength,
  similarityVectors,
  type Objective,
} from '@understory/core';

/** Throws TARGET_COUNT, CLASS_OUT_OF_RANGE, SIMILARITY_INVALID or FEEDS_INVALID where an objective does not fit the batch or what it reads. */
export function checkObjective(
  objective: Objective,
  batch: number,
  dimsOf: (output: string) => readonly (number | string)[] | undefined,
): void {
  checkTargetCount(objective, batch);
  if (outputsOf(objective).length === 0) {
    throw errors.feedsInvalid({ input: 'objective', found: 'nothing', expected: 'at least one output of the model' });
  }
  if (objective.kind === 'sum') {
    for (const { of } of objective.terms) checkObjective(of, batch, dimsOf);
    return;
  }
  for (const output of outputsOf(objective)) {
    const sizes = dimsOf(output)?.slice(1);
    if (objective.kind === 'score') for (const index of objective.index) checkIndex(index, sizes, output);
    if (objective.kind === 'crossEntropy') for (const target of objective.target) checkIndex([target], sizes, output);
    if (objective.kind === 'similarity') similarityVectors(objective, sizes);
    if (objective.kind === 'cotangent') {
      const { dims } = objective.cotangents[output]!;
      const fits =
        !sizes ||
        (dims.length === sizes.length + 1 &&
          sizes.every((size, axis) => typeof size === 'string' || size === dims[axis + 1]));
      if (fits) continue;
      throw errors.feedsInvalid({
        input: `cotangent of ${output}`,
        found: `[${dims.join(', ')}]`,
        expected: `[${[batch, ...sizes].join(', ')}]`,
      });
    }
  }
}

function checkIndex(index: readonly number[], sizes: readonly (number | string)[] | undefined, output: string): void {
  if (sizes && index.length !== sizes.length) {
    throw errors.feedsInvalid({
      input: `index into ${output}`,
      found: `${index.length} numbers`,
      expected: `${sizes.length}, one for each dimension but the batch`,
    });
  }
  index.forEach((place, axis) => {
    const size = sizes?.[axis];
    if (Number.isInteger(place) && place >= 0 && (typeof size !== 'number' || place < size)) return;
    throw errors.classOutOfRange({ index: place, classCount: typeof size === 'number' ? size : undefined });
  });
}

/** The objective of each sample, `[N]`, from the tensors that it reads. */
export function objectiveOf(objective: Objective, tensorOf: (output: string) => tf.Tensor): tf.Tensor1D {
  switch (objective.kind) {
    case 'score': {
      const output = tensorOf(objective.output);
      const dims = output.shape.slice(1);
      const places = objective.index.map((index) =>
        index.reduce((offset, place, axis) => {
          if (place >= dims[axis]!) throw errors.classOutOfRange({ index: place, classCount: dims[axis] });
          return offset * dims[axis]! + place;
        }, 0),
      );
      return picked(output, places);
    }
    case 'crossEntropy':
      return tf.neg(picked(tf.logSoftmax(tensorOf(objective.output)), objective.target));
    case 'similarity': {
      const output = tensorOf(objective.output);
      const { dims, data } = similarityVectors(objective, output.shape.slice(1));
      return similarity(tf.reshape(output, [...dims]), tf.tensor(data, [...dims]));
    }
    case 'sum':
      return objective.terms
        .map(({ weight, of }) => tf.mul(objectiveOf(of, tensorOf), weight) as tf.Tensor1D)
        .reduce((sum, term) => tf.add(sum, term));
    case 'cotangent':
      return Object.entries(objective.cotangents)
        .map(([name, { dims, data }]) => {
          const output = tensorOf(name);
          const product = tf.mul(output, tf.tensor(Float32Array.from(data as Float32Array, Number), [...dims]));
          return tf.sum(tf.reshape(product, [dims[0]!, -1]), 1) as tf.Tensor1D;
        })
        .reduce((sum, term) => tf.add(sum, term));
  }
}

/** One element a sample; the others, infinite ones too, have no part in it. */
function picked(of: tf.Tensor, places: readonly number[]): tf.Tensor1D {
  const size = elementCount(of.shape.slice(1));
  const mask = new Uint8Array(places.length * size);
  places.forEach((place, sample) => (mask[sample * size + place] = 1));
  const rows = tf.reshape(of, [places.length, size]);
  const one = tf.where(tf.tensor2d(mask, [places.length, size], 'bool'), rows, tf.zerosLike(rows));
  return tf.sum(one, 1) as tf.Tensor1D;
}

/** The products of rows `[N, D]`, brought to length 1, with vectors `[N, D]`. */
function similarity(rows: tf.Tensor, to: tf.Tensor): tf.Tensor1D {
  return tf.customGrad((given, save) => {
    const x = given as tf.Tensor;
    // Divided by its largest element no square overflows or vanishes, and lengths below 1 are those that count as `shortestLength`.
    const unit = tf.maximum(tf.max(tf.abs(x), 1, true), shortestLength);
    const scaled = tf.div(x, unit);
    const squares = tf.sum(tf.square(scaled), 1, true);
    const length = tf.sqrt(tf.maximum(squares, 1));
    const direction = tf.div(scaled, length);
    const value = tf.sum(tf.mul(direction, to), 1, true);
    // d(to . x / |x|) = (to - value x / |x|) / |x|; a length that is constant has no second term.
    const along = tf.where(tf.less(squares, 1), tf.zerosLike(value), value);
    const gradient = tf.div(tf.div(tf.sub(to, tf.mul(along, direction)), length), unit);
    (save as tf.GradSaveFunc)([gradient]);
    return {
      value: tf.squeeze(value, [1]),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(tf.expandDims(dy, 1), saved!),
    };
  })(rows) as tf.Tensor1D;
}
