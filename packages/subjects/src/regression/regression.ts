import type {
  Answer,
  Feeds,
  Model,
  ModelFacts,
  PictureInput,
  Reading,
  Subject,
  SubjectSettings,
  Target,
  Tensor,
  Tensors,
} from '@understory/core';
import { feedsOf, float32, pictureInputOf, rawNameOf, rawTargetOf } from '@understory/core';
import { samplesOf } from '../tensor-rows.ts';

/** Quantities that a model gives of a picture, in the order of its outputs. */
export interface QuantitiesAnswer extends Answer {
  /** By output. */
  readonly quantities: Readonly<Record<string, Float32Array>>;
}

/** Answers are the same where no quantity of an output differs by more than this share of the output's largest. */
const tolerance = 0.1;

/** More quantities than these are counted, not written out. */
const mostWritten = 6;

/** A model whose outputs are quantities, such as an age, an angle, the corners of a box or the coordinates of landmarks. */
export class Regression implements Subject<QuantitiesAnswer> {
  readonly task = 'regression';
  readonly model: Model;
  readonly picture: PictureInput;
  readonly reads: readonly string[];
  readonly forms: readonly string[];
  readonly #sides: SubjectSettings['sides'];
  /** Sizes without the batch, as far as they are known. */
  readonly #dims: ReadonlyMap<string, readonly (number | string)[]>;

  constructor({ model, input }: ModelFacts, outputs: readonly string[], { sides }: SubjectSettings) {
    this.model = model;
    this.picture = pictureInputOf(model, input);
    this.reads = outputs;
    this.#sides = sides;
    const all = [...model.outputs, ...model.layers];
    this.#dims = new Map(
      outputs.map((name) => [name, all.find((tensor) => tensor.name === name)?.dims?.slice(1) ?? []]),
    );
    this.forms = outputs.map((name) => (this.#isOne(name) ? name : `${name}[index]`));
  }

  feeds(pixels: Tensor<'float32'>): Feeds {
    return feedsOf(this.picture, pixels, this.#sides);
  }

  answersOf(outputs: Tensors): readonly QuantitiesAnswer[] {
    const samples = this.reads.map((name) => [name, samplesOf(outputs, name)] as const);
    const count = samples[0]?.[1].length ?? 0;
    return Array.from({ length: count }, (_, sample) => {
      const quantities = samples.map(([name, rows]) => [name, rows[sample]!] as const);
      const options = quantities.flatMap(([name, values]) =>
        Array.from(values, (score, at) => ({
          target: values.length === 1 ? name : `${name}[${at}]`,
          label: null,
          score,
        })),
      );
      const isShort = options.length <= mostWritten;
      const written = isShort
        ? options.map(({ target, score }) => `${target} ${rounded(score)}`)
        : quantities.map(([name, { length }]) => `${name}: ${length} ${length === 1 ? 'number' : 'numbers'}`);
      return {
        options,
        decision: written.join(', '),
        probability: undefined,
        quantities: Object.fromEntries(quantities),
      };
    });
  }

  /** `age` or `landmarks[3]`; where there is one output its index alone. */
  targets(words: string, { quantities }: QuantitiesAnswer): readonly Target[] | undefined {
    const [only, ...others] = this.reads;
    const text = /^\d+$/.test(words) && others.length === 0 ? `${only}[${words}]` : words;
    const found = rawNameOf(text, this.reads);
    if (found === undefined) return undefined;
    const { output, places } = found;
    const { length } = quantities[output]!;
    // The places of a row are named without the axes of one element that may stand around it.
    const isOfRow = places === undefined || places.length === 1;
    const row = isOfRow && length === 1 && places === undefined ? { output, places: [0] } : found;
    const target = rawTargetOf(row, isOfRow ? [length] : this.#dimsOf(output, length));
    if (!isOfRow) return [target];
    return [{ ...target, words: length === 1 ? output : target.words, reading: this.#placed(target.reading, length) }];
  }

  /** Whether no quantity differs by more than a tenth of the largest of its output in the two answers. */
  agrees({ quantities: one }: QuantitiesAnswer, { quantities: other }: QuantitiesAnswer): boolean {
    return this.reads.every((name) => {
      const [values, others] = [one[name]!, other[name]!];
      if (values.length !== others.length) return false;
      const both = [...values, ...others].map(Math.abs).filter(Number.isFinite);
      const largest = both.reduce((found, value) => Math.max(found, value), 0);
      return values.every((value, at) => {
        const second = others[at]!;
        return Object.is(value, second) || Math.abs(value - second) <= tolerance * largest;
      });
    });
  }

  /** Quantities decide nothing that a target could be. */
  says(): undefined {
    return undefined;
  }

  #isOne(name: string): boolean {
    return this.#dims.get(name)!.every((dim) => dim === 1);
  }

  /** Sizes of one sample of an output, which holds so many numbers. */
  #dimsOf(name: string, length: number): readonly number[] {
    return this.#dims.get(name)!.map((dim) => (dim === 1 ? 1 : length));
  }

  /** The reading of a place in a row as one of a place in the output. */
  #placed(reading: Reading, length: number): Reading {
    if (reading.kind !== 'element' && reading.kind !== 'weights') return reading;
    const dims = this.#dimsOf(reading.output, length);
    if (reading.kind === 'weights') return { ...reading, weights: float32(reading.weights.data, dims) };
    const wide = Math.max(
      0,
      dims.findIndex((dim) => dim !== 1),
    );
    return { ...reading, index: dims.map((_, axis) => (axis === wide ? reading.index[0]! : 0)) };
  }
}

/** With four digits that count. */
function rounded(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
