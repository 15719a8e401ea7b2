import type { ClassScores, ClosingOperator, Prediction } from './class-scores.ts';
import { mayBeSoftmax } from './closing-operator.ts';
import type { Feeds, Model } from './contracts/model.ts';
import { batchOf } from './contracts/model.ts';
import type { Objective } from './contracts/objective.ts';
import type { Answer, PictureInput, Reading, Subject, SubjectSettings, Target } from './contracts/subject.ts';
import { errors } from './errors/index.ts';
import { findScores } from './find-scores.ts';
import type { ImageLayout } from './image-input.ts';
import { feedsOf } from './subjects/feeds-of.ts';
import { formOf, objectiveOf } from './subjects/objective-of.ts';
import { pictureInputOf } from './picture-input.ts';
import { checkClass, resolveTarget } from './target.ts';
import type { ClassTarget } from './target.ts';
import { float32 } from './tensor/tensor.ts';
import type { Tensor, Tensors } from './tensor/tensor.ts';
import { toFloat32 } from './tensor/to-float32.ts';
import type { TensorSpec } from './tensor/tensor-spec.ts';

export interface ImageClassifierOptions extends SubjectSettings {
  readonly model: Model;
  /** One label a class, in the order of the logits; of one logit for two classes the label of the positive one, or both, it last. */
  readonly labels?: readonly string[];
  /** The input that takes images; found where absent. */
  readonly input?: string;
  /** The output or layer that is explained, taken at its word; found where absent. */
  readonly logits?: string;
  /** Whether it judges each class by itself; where absent it does so where it ends with a sigmoid over several classes. */
  readonly isMultiLabel?: boolean | undefined;
}

/**
 * A model seen as a classifier of images: which input takes the image, which tensor holds the logits, what the classes are called.
 * One logit z a sample stands for two classes with the scores z and -z: "positive" and "negative" where no labels are given.
 */
export class ImageClassifier implements Subject {
  readonly task = 'image-classification';
  readonly forms = ['top1', 'top3', 'a class index', 'a label'];
  readonly model: Model;
  readonly picture: PictureInput;
  readonly labels: readonly string[] | undefined;
  readonly classes: ClassScores;
  readonly reads: readonly string[];
  readonly #sides: SubjectSettings['sides'];
  readonly #isMultiLabel: boolean;
  readonly #logitsRank: number;
  /** Which axis of the logits runs over the classes. */
  readonly #classAxis: number;
  readonly #mayBeSoftmax: boolean;

  /** Throws NOT_AN_IMAGE_CLASSIFIER where input or logits cannot be told, LABEL_COUNT where the labels do not fit. */
  constructor({ model, labels, input, logits, isMultiLabel, sides }: ImageClassifierOptions) {
    const scores = findScores(model, logits);
    const { name: output, dims } = scores.spec;
    this.model = model;
    this.picture = pictureInputOf(model, input);
    this.#sides = sides;
    this.#mayBeSoftmax = mayBeSoftmax(model.graph, output);
    this.#logitsRank = dims?.length ?? 2;

    const wide = dims?.flatMap((dim, axis) => (axis > 0 && dim !== 1 ? [axis] : [])) ?? [];
    this.#classAxis = wide.length === 1 ? wide[0]! : 1;
    const width = dims?.length === 1 ? 1 : dims?.[this.#classAxis];
    const isBinary = width === 1;
    const fits = isBinary ? [1, 2] : [width];
    if (typeof width === 'number' && labels !== undefined && !fits.includes(labels.length)) {
      throw errors.labelCount({ labels: labels.length, classCount: width });
    }
    const [only] = labels ?? [];
    this.labels = !isBinary
      ? labels
      : labels === undefined
        ? ['positive', 'negative']
        : labels.length === 1
          ? [only!, `not ${only}`]
          : labels;
    const isEachJudged = !isBinary && isMultiLabel === true && scores.kind === 'logit' && scores.endsWith === undefined;
    this.classes = {
      ...{ output, kind: scores.kind },
      // Classes that are judged each by itself are read through a sigmoid, whether or not the model has one.
      endsWith: isEachJudged ? 'Sigmoid' : scores.endsWith,
      count: isBinary ? 2 : typeof width === 'number' ? width : labels?.length,
      positive: isBinary ? (labels?.length === 2 ? 1 : 0) : undefined,
      objective: (classes) => this.score(classes),
    };
    this.reads = [output];
    this.#isMultiLabel = !isBinary && (isMultiLabel ?? scores.endsWith === 'Sigmoid');
  }

  /** The name of the input that takes images. */
  get input(): string {
    return this.picture.name;
  }

  /** The tensor that explanations read: an output, or the layer in front of the softmax or sigmoid that the model ends with. */
  get logits(): string {
    return this.classes.output;
  }

  /** `probability` where the graph shows that the model ends with a softmax or sigmoid and what is in front of it cannot be asked for. */
  get scoreKind(): 'logit' | 'probability' {
    return this.classes.kind;
  }

  /** What the graph shows that the model makes of its logits at its end; undefined where it ends with them, or has no graph. */
  get endsWith(): ClosingOperator | undefined {
    return this.classes.endsWith;
  }

  /** Undefined where neither the model nor the labels tell. */
  get classCount(): number | undefined {
    return this.classes.count;
  }

  get layout(): ImageLayout {
    return this.picture.layout;
  }

  /** Undefined where the model leaves it open, as with `imageSize`. */
  get channels(): number | undefined {
    return this.picture.channels;
  }

  /** In pixels. */
  get imageSize(): { readonly height: number; readonly width: number } | undefined {
    return this.picture.size;
  }

  /** The element type of the input: `uint8` where it takes 8-bit samples as they are. */
  get inputType(): TensorSpec['type'] {
    return this.picture.type;
  }

  /** What the model is fed for a batch of prepared images: the pixels in the element type that its input takes, and side inputs. */
  feeds(pixels: Tensor<'float32'>): Feeds {
    return feedsOf(this.picture, pixels, this.#sides);
  }

  /** The score of one class a sample; throws CLASS_OUT_OF_RANGE. */
  score(classes: readonly number[]): Objective {
    const targets = classes.map((index) => this.#target(index));
    if (new Set(targets.map(formOf)).size < 2) return objectiveOf(targets);
    // One score for two classes, which has the other sign for one of them.
    const signs = Float32Array.from(classes, (index) => (index === this.classes.positive ? 1 : -1));
    const dims = [classes.length, ...Array.from({ length: this.#logitsRank - 1 }, () => 1)];
    return { kind: 'cotangent', cotangents: { [this.logits]: float32(signs, dims) } };
  }

  /** The target that a text names; throws as `resolveTarget` does. */
  resolveTarget(text: string): ClassTarget {
    return resolveTarget(text, { labels: this.labels, classCount: this.classCount });
  }

  targets(words: string, { classes }: Answer): readonly Target[] {
    const asked = this.resolveTarget(words);
    if (asked.kind === 'class') return [this.#target(asked.index)];
    const ranking = classes?.ranking ?? [];
    if (asked.count > ranking.length) throw errors.topOutOfRange({ asked: words, classCount: ranking.length });
    return ranking.slice(0, asked.count).map((index) => this.#target(index));
  }

  /** What the model says of each sample, in the order of the batch. */
  async predict(feeds: Feeds): Promise<readonly Prediction[]> {
    return this.#predictions(await this.model.run(feeds, this.reads));
  }

  answersOf(outputs: Tensors): readonly Answer[] {
    return this.#predictions(outputs).map((classes) => {
      const { logits, probabilities, ranking, decision } = classes;
      const options = ranking.map((index) => ({
        ...{ target: `${index}`, label: this.labels?.[index] ?? null },
        ...{ score: logits[index]!, probability: probabilities[index]! },
      }));
      const names = this.#decided(classes).map((index) => this.labels?.[index] ?? `class ${index}`);
      return { options, decision: names.join(' + '), probability: probabilities[decision], classes };
    });
  }

  probabilities(targets: readonly Target[], outputs: Tensors): Float64Array {
    const rows = this.#rows(outputs);
    return Float64Array.from(targets, ({ classIndex = 0 }, sample) => this.probabilitiesOf(rows[sample]!)[classIndex]!);
  }

  /** Of a model that judges each class by itself: whether the same classes are more likely than not. */
  agrees({ classes: one }: Answer, { classes: other }: Answer): boolean {
    if (one === undefined || other === undefined) return one === other;
    return this.#decided(one).toSorted().join() === this.#decided(other).toSorted().join();
  }

  says({ classes }: Answer, { classIndex }: Target): boolean {
    return classes !== undefined && classIndex !== undefined && this.#decided(classes).includes(classIndex);
  }

  /** The probabilities of one sample as `predict` gives them, from what the model computes for it at `logits`. */
  probabilitiesOf(scores: Float32Array): Float32Array {
    const row = this.#ofTwo(scores);
    return this.#areProbabilities([scores]) ? row : this.#probabilities(row, scores.length === 1);
  }

  /** The classes that the model decides on, from best to worst: one, or of a model that judges each by itself those over 0.5, if any. */
  #decided({ probabilities, ranking, decision }: Prediction): readonly number[] {
    const over = this.#isMultiLabel ? ranking.filter((index) => probabilities[index]! > 0.5) : [];
    return over.length > 0 ? over : [decision];
  }

  #target(index: number): Target {
    checkClass(index, this.classCount);
    const { output, positive } = this.classes;
    const element = (at: number): Reading => ({
      ...{ kind: 'element', output },
      index: Array.from({ length: this.#logitsRank - 1 }, (_, axis) => (axis + 1 === this.#classAxis ? at : 0)),
    });
    const reading: Reading =
      positive === undefined
        ? element(index)
        : index === positive
          ? element(0)
          : { kind: 'sum', terms: [{ weight: -1, of: element(0) }] };
    return { words: `${index}`, label: this.labels?.[index] ?? null, reading, classIndex: index };
  }

  #rows(outputs: Tensors): readonly Float32Array[] {
    const scores = outputs[this.logits];
    if (scores === undefined) throw new Error(`the backend did not hand back "${this.logits}"`);
    const batch = batchOf({ [this.logits]: scores });
    const values = toFloat32(scores);
    const width = values.length / batch;
    if (this.classes.positive === undefined && this.labels !== undefined && this.labels.length !== width) {
      throw errors.labelCount({ labels: this.labels.length, classCount: width });
    }
    return Array.from({ length: batch }, (_, sample) => values.slice(sample * width, (sample + 1) * width));
  }

  #predictions(outputs: Tensors): readonly Prediction[] {
    const scores = this.#rows(outputs);
    const areProbabilities = this.#areProbabilities(scores);
    return scores.map((given) => {
      const row = this.#ofTwo(given);
      const logits = areProbabilities ? row.map((probability) => Math.log(Math.max(probability, SMALLEST))) : row;
      const probabilities = areProbabilities ? row : this.#probabilities(row, given.length === 1);
      const ranking = rank(row);
      return { logits, probabilities, ranking, decision: ranking[0]! };
    });
  }

  /** One score of a sample as those of both classes: z and -z, or p and 1 - p. */
  #ofTwo(scores: Float32Array): Float32Array {
    const { positive } = this.classes;
    if (positive === undefined) return scores;
    const [score = NaN] = scores;
    const other = this.#areProbabilities([scores]) ? 1 - score : -score;
    return positive === 0 ? Float32Array.of(score, other) : Float32Array.of(other, score);
  }

  #areProbabilities(rows: readonly Float32Array[]): boolean {
    if (this.scoreKind === 'probability' && this.endsWith === 'Sigmoid') return true;
    return this.#mayBeSoftmax && rows.every((row) => row.length > 1 && isDistribution(row));
  }

  #probabilities(row: Float32Array, isOne: boolean): Float32Array {
    // A softmax over one score is 1 whatever the score: it is the logit of one class against the rest.
    return isOne || this.#isMultiLabel || (this.scoreKind === 'logit' && this.endsWith === 'Sigmoid')
      ? row.map(sigmoid)
      : softmax(row);
  }
}

/** The smallest positive float32, so that the logarithm of a probability of zero stays finite. */
const SMALLEST = 2 ** -149;

function isDistribution(row: Float32Array): boolean {
  return row.every((value) => value >= 0) && Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= 1e-3;
}

function softmax(logits: Float32Array): Float32Array {
  let largest = -Infinity;
  for (let at = 0; at < logits.length; at += 1) largest = Math.max(largest, logits[at]!);
  const exponentials = new Float64Array(logits.length);
  let sum = 0;
  for (let at = 0; at < logits.length; at += 1) sum += exponentials[at] = Math.exp(logits[at]! - largest);
  const probabilities = new Float32Array(logits.length);
  for (let at = 0; at < logits.length; at += 1) probabilities[at] = exponentials[at]! / sum;
  return probabilities;
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function rank(scores: Float32Array): number[] {
  const order = Float64Array.from(scores, (score) => (Number.isNaN(score) ? -Infinity : score));
  return [...order.keys()].sort((left, right) => Math.sign(order[right]! - order[left]!) || left - right);
}
