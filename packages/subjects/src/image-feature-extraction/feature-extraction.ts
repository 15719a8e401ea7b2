import type {
  Answer,
  Feeds,
  Model,
  ModelFacts,
  PictureInput,
  Subject,
  SubjectSettings,
  Target,
  Tensor,
  Tensors,
} from '@understory/core';
import { feedsOf, pictureInputOf } from '@understory/core';
import { errors } from '../errors.ts';
import { samplesOf } from '../tensor-rows.ts';

/** The embedding of a picture, and how similar it is to that of another one. */
export interface EmbeddingAnswer extends Answer {
  readonly embedding: Float32Array;
}

/** Two pictures count as the same where the cosine of their embeddings is no less. */
const sameFrom = 0.9;

/** A model that embeds pictures; what is explained is the cosine of a picture's embedding with that of another picture. */
export class FeatureExtraction implements Subject<EmbeddingAnswer> {
  readonly task = 'image-feature-extraction';
  readonly agreement = `embeddings (a cosine of at least ${sameFrom})`;
  readonly model: Model;
  readonly picture: PictureInput;
  readonly reads: readonly string[];
  readonly forms: readonly string[];
  readonly #output: string;
  readonly #sides: SubjectSettings['sides'];
  #to: Float32Array | undefined;

  private constructor({ model, input }: ModelFacts, output: string, { sides, others = {} }: SubjectSettings) {
    this.model = model;
    this.picture = pictureInputOf(model, input);
    this.reads = [output];
    this.forms = others['to'] === undefined ? [`${output}[index]`] : ['similarity'];
    this.#output = output;
    this.#sides = sides;
  }

  /** Embeds the second picture, `to` among the others, where there is one. */
  static async open(facts: ModelFacts, output: string, settings: SubjectSettings): Promise<FeatureExtraction> {
    const opened = new FeatureExtraction(facts, output, settings);
    const other = settings.others?.['to'];
    if (other !== undefined) {
      [opened.#to] = samplesOf(await opened.model.run(opened.feeds(other), opened.reads), output);
    }
    return opened;
  }

  feeds(pixels: Tensor<'float32'>): Feeds {
    return feedsOf(this.picture, pixels, this.#sides);
  }

  answersOf(outputs: Tensors): readonly EmbeddingAnswer[] {
    return samplesOf(outputs, this.#output).map((embedding) => {
      if (this.#to === undefined) return { options: [], decision: '', probability: undefined, embedding };
      const score = cosine(embedding, this.#to);
      return {
        options: [{ target: 'similarity', label: null, score }],
        decision: `similarity ${score.toFixed(3)}`,
        probability: undefined,
        embedding,
      };
    });
  }

  /** `similarity`, which is all that there is in an order; throws SECOND_PICTURE_MISSING where there is no second picture. */
  targets(words: string): readonly Target[] | undefined {
    if (!/^(?:similarity|top1)$/i.test(words.trim())) return undefined;
    const [output, to] = [this.#output, this.#to];
    if (to === undefined) throw errors.secondPictureMissing({ output });
    return [{ words: 'similarity', label: null, reading: { kind: 'similarity', output, to, scale: 1 } }];
  }

  /** The similarity to the embedding of the answer, where there is no second picture. */
  itself({ embedding: to }: EmbeddingAnswer): Target | undefined {
    if (this.#to !== undefined) return undefined;
    const reading = { kind: 'similarity', output: this.#output, to, scale: 1 } as const;
    return { words: 'similarity to itself', label: null, reading };
  }

  /** Whether the cosine of the two embeddings is 0.9 or more. */
  agrees({ embedding: one }: EmbeddingAnswer, { embedding: other }: EmbeddingAnswer): boolean {
    const isEqual = one.length === other.length && one.every((value, at) => Object.is(value, other[at]));
    return isEqual || cosine(one, other) >= sameFrom;
  }

  /** An embedding decides nothing that a target could be. */
  says(): undefined {
    return undefined;
  }
}

/** A vector shorter than this is taken to be so long, so that one of zeros has a cosine. */
const shortest = 1e-8;

function cosine(one: Float32Array, other: Float32Array): number {
  const product = (left: Float32Array, right: Float32Array) =>
    left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
  const lengths = [one, other].map((vector) => Math.max(Math.sqrt(product(vector, vector)), shortest));
  return product(one, other) / (lengths[0]! * lengths[1]!);
}
