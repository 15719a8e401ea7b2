import type { Tensors } from '@understory/core';
import { toFloat32 } from '@understory/core';
import type { ScoreMap } from './maps.ts';
import { PixelPlaces } from './pixel-places.ts';

/** The scores of the pixels of one sample. */
export class PixelScores {
  readonly places: PixelPlaces;
  readonly #values: Float32Array;
  readonly #areProbabilities: boolean;
  readonly #isSigmoid: boolean;

  constructor(outputs: Tensors, sample: number, { spec, order, closing, areProbabilities }: ScoreMap) {
    const tensor = outputs[spec.name];
    if (tensor === undefined) throw new Error(`the backend did not hand back "${spec.name}"`);
    const dims = tensor.dims.slice(1);
    const size = dims.reduce((product, dim) => product * dim, 1);
    this.places = new PixelPlaces(dims, order);
    this.#values = toFloat32(tensor).subarray(sample * size, (sample + 1) * size);
    this.#isSigmoid = closing === 'Sigmoid';
    this.#areProbabilities = areProbabilities ?? this.#lookLikeProbabilities();
  }

  /** The number that is explained: of a background the negative. */
  score(of: number, row: number, column: number): number {
    const value = this.#at(of, row, column);
    return this.places.isMask && of === 0 ? -value : value;
  }

  /** In 0..1. */
  probability(of: number, row: number, column: number): number {
    const value = this.#at(of, row, column);
    const { isMask, classes } = this.places;
    if (isMask || this.#isSigmoid) {
      const positive = this.#areProbabilities ? value : 1 / (1 + Math.exp(-value));
      return isMask && of === 0 ? 1 - positive : positive;
    }
    if (this.#areProbabilities) return value;
    let total = 0;
    for (let each = 0; each < classes; each += 1) total += Math.exp(this.#at(each, row, column) - value);
    return 1 / total;
  }

  /** The class with the highest score; of equal ones the first. */
  best(row: number, column: number): number {
    const { isMask, classes } = this.places;
    if (isMask) return this.#at(1, row, column) > (this.#areProbabilities ? 0.5 : 0) ? 1 : 0;
    let best = 0;
    for (let each = 1; each < classes; each += 1) {
      if (this.#at(each, row, column) > this.#at(best, row, column)) best = each;
    }
    return best;
  }

  /** Whether a score is not a number. */
  hasNaN(): boolean {
    return this.#values.some(Number.isNaN);
  }

  #at(of: number, row: number, column: number): number {
    return this.#values[this.places.offset(of, row, column)]!;
  }

  /** Whether all are in 0..1 and those of each pixel sum to 1. */
  #lookLikeProbabilities(): boolean {
    if (!this.#values.every((value) => value >= 0 && value <= 1)) return false;
    const { isMask, classes, height, width } = this.places;
    if (isMask || this.#isSigmoid) return true;
    for (let at = 0; at < height * width; at += 1) {
      let total = 0;
      for (let each = 0; each < classes; each += 1) total += this.#at(each, Math.floor(at / width), at % width);
      if (Math.abs(total - 1) > 1e-3) return false;
    }
    return true;
  }
}
