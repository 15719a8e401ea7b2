import type { ClosingOperator, Model, Reading, Tensors } from '@understory/core';
import { toFloat32 } from '@understory/core';
import { logitsBehind, originOfElement } from '../evidence/trace-element.ts';
import type { Detection } from './detection.ts';
import type { FormId } from './forms.ts';
import type { DetectionHead } from './head.ts';
import { sigmoid, softmax, type Element, type Scene } from './scene.ts';

type Placed = Pick<Detection, 'place' | 'classIndex'>;

/** The numbers that are explained for boxes: in front of the softmax or sigmoid where they can be asked for, else those of the output. */
export class RawScores {
  /** The tensors that they lie in. */
  readonly reads: readonly string[];
  readonly #model: Model;
  /** What is made of the numbers of a tensor; absent where they are probabilities. */
  readonly #closings: ReadonlyMap<string, ClosingOperator>;

  constructor(model: Model, { scores, areProbabilities }: DetectionHead, form: FormId) {
    this.#model = model;
    this.#closings =
      areProbabilities === false
        ? new Map([[scores, form === 'detr' ? 'Softmax' : 'Sigmoid']])
        : form === 'unbatched'
          ? new Map()
          : logitsBehind(model, scores);
    this.reads = [...new Set([scores, ...this.#closings.keys()])];
  }

  /** Of class and objectness, where there are both, the sum: the product of both probabilities ranks the boxes. */
  reading({ elements }: Scene, { place, classIndex }: Placed, outputs: Tensors): Reading {
    const [first, ...others] = elements(place, classIndex).map((element) => this.#raw(element, outputs));
    // A constant objectness has nothing to explain, and no logit where the class has one.
    const same = others.filter(({ isLogit }) => isLogit === first!.isLogit);
    if (same.length === 0) return first!.reading;
    return { kind: 'sum', terms: [first!, ...same].map(({ reading }) => ({ weight: 1, of: reading })) };
  }

  /** The value of a reading in one sample. */
  score(reading: Reading, outputs: Tensors, sample: number): number {
    if (reading.kind === 'sum') {
      return reading.terms.reduce((sum, { weight, of }) => sum + weight * this.score(of, outputs, sample), 0);
    }
    if (reading.kind !== 'element') return NaN;
    const { values, offset } = rowAt(reading, outputs, sample);
    return values[offset]!;
  }

  /** The probability that a reading stands for, in 0..1; undefined where it stands for none. */
  probability(reading: Reading, outputs: Tensors, sample: number): number | undefined {
    if (reading.kind === 'sum') {
      if (reading.terms.some(({ weight }) => weight !== 1)) return undefined;
      const all = reading.terms.map(({ of }) => this.probability(of, outputs, sample));
      return all.every((each) => each !== undefined) ? all.reduce((product, each) => product * each, 1) : undefined;
    }
    if (reading.kind !== 'element') return undefined;
    const { values, offset, width } = rowAt(reading, outputs, sample);
    const value = values[offset]!;
    const closing = this.#closings.get(reading.output);
    if (closing === 'Sigmoid') return sigmoid(value);
    if (closing === undefined) return value >= 0 && value <= 1 ? value : undefined;
    const start = offset - (reading.index.at(-1) ?? 0);
    return softmax(values.slice(start, start + width))[offset - start];
  }

  #raw({ output, index }: Element, outputs: Tensors): { readonly reading: Reading; readonly isLogit: boolean } {
    const {
      tensor,
      index: place,
      closing,
    } = originOfElement(this.#model, output, index, {
      dims: outputs[output]?.dims,
      isAsked: (name) => outputs[name] !== undefined,
    });
    return {
      reading: { kind: 'element', output: tensor, index: place },
      isLogit: closing !== undefined,
    };
  }
}

/** Where an element lies among the numbers of a tensor, and how long the rows of its last axis are. */
function rowAt({ output, index }: Extract<Reading, { kind: 'element' }>, outputs: Tensors, sample: number) {
  const tensor = outputs[output];
  if (tensor === undefined) throw new Error(`the backend did not hand back "${output}"`);
  const dims = tensor.dims.slice(1);
  const size = dims.reduce((product, dim) => product * dim, 1);
  const offset = index.reduce((sum, at, axis) => sum * dims[axis]! + at, 0);
  return { values: toFloat32(tensor), offset: sample * size + offset, width: dims.at(-1) ?? 1 };
}
