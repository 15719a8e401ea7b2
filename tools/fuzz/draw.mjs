import { seededRandom } from '@understory/core';

/** Choices of one case: the same for the same seed and names, whatever was drawn elsewhere. */
export class Draw {
  #random;

  constructor(random) {
    this.#random = random;
  }

  /** The choices of the case with that number. */
  static of(seed, index) {
    return new Draw(seededRandom(String(seed)).fork(`case ${index}`));
  }

  fork(name) {
    return new Draw(this.#random.fork(name));
  }

  uniform() {
    return this.#random.uniform();
  }

  normal() {
    return this.#random.normal();
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low, high) {
    return low + this.#random.integer(high - low + 1);
  }

  chance(probability) {
    return this.#random.uniform() < probability;
  }

  /** One of a list; undefined where it is empty. */
  pick(list) {
    return list.length === 0 ? undefined : list[this.#random.integer(list.length)];
  }

  /** Some of a list, in a random order. */
  some(list, count) {
    return this.#random
      .permutation(list.length)
      .slice(0, count)
      .map((at) => list[at]);
  }

  /** The key of a table of weights, each as likely as its weight says. */
  weighted(weights) {
    const entries = Object.entries(weights);
    let left = this.#random.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries.at(-1)[0];
  }

  normals(length, scale = 0.5) {
    return Float32Array.from({ length }, () => this.#random.normal() * scale);
  }
}
