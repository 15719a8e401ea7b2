import type {
  Answer,
  Feeds,
  Model,
  ModelFacts,
  PictureInput,
  Subject,
  SubjectSettings,
  Tensor,
  Tensors,
} from '@understory/core';
import { batchesOf, feedsOf, pictureInputOf } from '@understory/core';
import { samplesOf } from '../tensor-rows.ts';

/** Numbers of which nothing is known: each can be named by its output and place, and nothing is decided. */
export class Raw implements Subject {
  readonly task = 'raw';
  readonly forms = ['output[index]'];
  readonly model: Model;
  readonly picture: PictureInput;
  readonly reads: readonly string[];
  readonly #sides: SubjectSettings['sides'];

  constructor({ model, input }: ModelFacts, outputs: readonly string[], { sides }: SubjectSettings) {
    this.model = model;
    this.picture = pictureInputOf(model, input);
    // The first tells how many samples there are.
    const [batch] = batchesOf(model.inputs);
    const first = (name: string) => [...model.outputs, ...model.layers].find((each) => each.name === name)?.dims?.[0];
    this.reads = [...outputs].sort((one, other) => Number(first(other) === batch) - Number(first(one) === batch));
    this.#sides = sides;
  }

  feeds(pixels: Tensor<'float32'>): Feeds {
    return feedsOf(this.picture, pixels, this.#sides);
  }

  answersOf(outputs: Tensors): readonly Answer[] {
    return samplesOf(outputs, this.reads[0]!).map(() => ({ options: [], decision: '', probability: undefined }));
  }

  /** Places in outputs are read for every subject alike. */
  targets(): undefined {
    return undefined;
  }

  /** Where nothing is decided, nothing differs. */
  agrees(): boolean {
    return true;
  }

  says(): undefined {
    return undefined;
  }
}
