import {
  elementCount,
  float32,
  fromFloat32,
  largestOf,
  seededRandom,
  smallestOf,
  toFloat32,
  type Feeds,
  type Model,
  type PictureInput,
} from '@understory/core';
import type { Head } from './scale.ts';
import type { TextTower } from './text-tower.ts';
import { dot, unitRows } from './unit-vectors.ts';

export interface MeasuredHeadRequest {
  /** A graph of both towers. */
  readonly model: Model;
  /** The tensor that holds the embeddings of pictures. */
  readonly image: string;
  readonly text: TextTower;
  /** The output that the cosines end in. */
  readonly logits: string;
  readonly picture: PictureInput;
}

/** As different as short texts are. */
const texts = ['a', 'two red apples on a table', 'the sea at night, seen from above', '7'];
const usualSide = 224;
/** Of the range of what the output holds: a line that is further off than this is none, as behind a softmax. */
const largestResidual = 1e-3;

/**
 * Scale and bias of a graph that holds them, found from what it makes of the cosines of a few noisy pictures and texts: a straight line.
 * Undefined where its output is none, such as probabilities.
 */
export async function measuredHead({
  model,
  image,
  text,
  logits,
  picture,
}: MeasuredHeadRequest): Promise<Pick<Head, 'scale' | 'bias' | 'isAssumed'> | undefined> {
  const points: { x: number; y: number }[] = [];
  const vectors = await text.probe(texts);
  for (const [at, vector] of vectors.entries()) {
    const feeds: Feeds = { ...text.textFeeds([texts[at]!]), ...noise(picture, at) };
    const outputs = await model.run(feeds, [image, logits]);
    const [embedding] = unitRows(outputs, image, 'pictures');
    points.push({ x: dot(embedding!, vector), y: toFloat32(outputs[logits]!)[0]! });
  }
  const mean = (of: 'x' | 'y') => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [middle, level] = [mean('x'), mean('y')];
  const spread = points.reduce((sum, { x }) => sum + (x - middle) ** 2, 0);
  const scale = points.reduce((sum, { x, y }) => sum + (x - middle) * (y - level), 0) / spread;
  const bias = level - scale * middle;
  const levels = points.map(({ y }) => y);
  const range = largestOf(levels) - smallestOf(levels);
  const isLine = points.every(({ x, y }) => Math.abs(y - scale * x - bias) <= largestResidual * range);
  if (!isLine || !(scale > 0) || !(range > 0)) return undefined;
  // What rounding leaves of no bias at all.
  const isNone = Math.abs(bias) <= largestResidual * Math.max(scale, 1);
  return { scale, bias: isNone ? 0 : bias, isAssumed: false };
}

function noise({ name, type, layout, channels = 3, size }: PictureInput, seed: number): Feeds {
  const { height, width } = size ?? { height: usualSide, width: usualSide };
  const dims = layout === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels];
  const random = seededRandom(seed);
  const values = float32(
    Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
    dims,
  );
  return { [name]: fromFloat32(values.data, type, dims) };
}
