import type { Box, Index } from '@understory/core';

/** In pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** The numbers of one sample of an output. */
export interface Sample {
  readonly name: string;
  readonly values: Float32Array;
  /** Without the batch. */
  readonly dims: readonly number[];
}

/** What a detector says of one picture, before anything is left out. */
export interface Scene {
  /** How many boxes there are. */
  readonly places: number;
  readonly classes: number;
  /** Of each class in each place, in 0..1: `[places, classes]`. */
  readonly probabilities: Float64Array;
  /** In pixels of the picture that the model is fed. */
  box(place: number): Box;
  /** The numbers of the outputs that the probability of a class is made of. */
  elements(place: number, classIndex: number): readonly Element[];
}

/** A number of an output; the batch is left out. */
export interface Element {
  readonly output: string;
  readonly index: Index;
}

/** Pixels are larger: coordinates that all lie below are fractions of the picture. */
const largestFraction = 2;

/** What coordinates are to be multiplied by to be pixels: they are fractions of the picture where none is larger than 2. */
export function unitOf(
  coordinates: Iterable<number>,
  { width, height }: Size,
): readonly [across: number, down: number] {
  for (const each of coordinates) if (Math.abs(each) > largestFraction) return [1, 1];
  return [width, height];
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** The softmax of a row. */
export function softmax(row: Float32Array): Float64Array {
  let largest = -Infinity;
  for (const each of row) if (each > largest) largest = each;
  const powers = Float64Array.from(row, (each) => Math.exp(each - largest));
  const total = powers.reduce((sum, each) => sum + each, 0);
  return powers.map((each) => each / total);
}
