import type { GraphNode, GraphView } from './contracts/graph.ts';
import type { Feeds, Model } from './contracts/model.ts';
import { batchOf } from './contracts/model.ts';
import type { Objective } from './contracts/objective.ts';
import { errors } from './errors/index.ts';
import { imageLayoutOf } from './image-input.ts';
import type { ImageLayout } from './image-input.ts';
import { checkClass, resolveTarget, resolveTargets } from './target.ts';
import type { Target } from './target.ts';
import { fromFloat32 } from './tensor/from-float32.ts';
import type { Tensor } from './tensor/tensor.ts';
import { toFloat32 } from './tensor/to-float32.ts';
import { specText, type Dimension, type TensorSpec } from './tensor/tensor-spec.ts';

export interface ImageClassifierOptions {
  readonly model: Model;
  /** One label a class, in the order of the logits. */
  readonly labels?: readonly string[];
  /** The input that takes images; found where absent. */
  readonly input?: string;
  /** The output or layer that is explained, taken at its word; found where absent. */
  readonly logits?: string;
}

/** What a classifier says of one sample. */
export interface Prediction {
  /** One a class; where the model only gives probabilities, their logarithms. `softmax(logits)`, or the sigmoid of each, is `probabilities`. */
  readonly logits: Float32Array;
  /** One a class; they sum to 1, except where the model ends with a sigmoid, or has one score, and so judges each class by itself. */
  readonly probabilities: Float32Array;
  /** Classes from best to worst; of equal ones the lower index first. */
  readonly ranking: readonly number[];
}

/** A model seen as a classifier of images: which input takes the image, which tensor holds the logits, what the classes are called. */
export class ImageClassifier {
  readonly model: Model;
  readonly labels: readonly string[] | undefined;
  /** The name of the input that takes images. */
  readonly input: string;
  /** The tensor that explanations read: an output, or the layer in front of the softmax or sigmoid that the model ends with. */
  readonly logits: string;
  /** `probability` where the graph shows that the model ends with a softmax or sigmoid and what is in front of it cannot be asked for. */
  readonly scoreKind: 'logit' | 'probability';
  /** What the graph shows that the model makes of its logits at its end; undefined where it ends with them, or has no graph. */
  readonly endsWith: ClosingOperator | undefined;
  /** Undefined where neither the model nor the labels tell. */
  readonly classCount: number | undefined;
  readonly layout: ImageLayout;
  /** Undefined where the model leaves it open, as with `imageSize`. */
  readonly channels: number | undefined;
  /** In pixels. */
  readonly imageSize: { readonly height: number; readonly width: number } | undefined;
  /** The element type of the input: `uint8` where it takes 8-bit samples as they are. */
  readonly inputType: TensorSpec['type'];
  readonly #logitsRank: number;
  readonly #judgesEachClass: boolean;
  readonly #mayBeSoftmax: boolean;

  /** Throws NOT_AN_IMAGE_CLASSIFIER where input or logits cannot be told, LABEL_COUNT where the labels do not fit. */
  constructor({ model, labels, input, logits }: ImageClassifierOptions) {
    const image = findImageInput(model, input);
    const scores = findScores(model, logits);
    this.model = model;
    this.input = image.name;
    this.inputType = image.type;
    this.logits = scores.spec.name;
    this.scoreKind = scores.kind;
    this.endsWith = scores.endsWith;
    this.#judgesEachClass = scores.kind === 'logit' && scores.endsWith === 'Sigmoid';
    this.#mayBeSoftmax = mayBeSoftmax(model.graph, this.logits);
    this.#logitsRank = scores.spec.dims?.length ?? 2;

    const classes = scores.spec.dims?.[1];
    if (typeof classes === 'number' && labels !== undefined && labels.length !== classes) {
      throw errors.labelCount({ labels: labels.length, classCount: classes });
    }
    this.labels = labels;
    this.classCount = typeof classes === 'number' ? classes : labels?.length;

    const [, second, third, fourth] = image.dims ?? [];
    this.layout = imageLayoutOf(model, image.name, image.dims ?? []);
    const [channels, height, width] = this.layout === 'NCHW' ? [second, third, fourth] : [fourth, second, third];
    this.channels = typeof channels === 'number' ? channels : undefined;
    this.imageSize = typeof height === 'number' && typeof width === 'number' ? { height, width } : undefined;
  }

  /** What the model is fed for a batch of prepared images: the pixels in the element type that its input takes. */
  feeds(pixels: Tensor<'float32'>): Feeds {
    return { [this.input]: fromFloat32(pixels.data, this.inputType, pixels.dims) };
  }

  /** The score of one class a sample; throws CLASS_OUT_OF_RANGE. */
  score(classes: readonly number[]): Objective {
    for (const index of classes) checkClass(index, this.classCount);
    const places = Array.from({ length: Math.max(0, this.#logitsRank - 2) }, () => 0);
    return { kind: 'score', output: this.logits, index: classes.map((index) => [index, ...places]) };
  }

  /** The target that a text names; throws as `resolveTarget` does. */
  resolveTarget(text: string): Target {
    return resolveTarget(text, this);
  }

  /** The targets that a comma-separated text names; throws as `resolveTarget` does. */
  resolveTargets(text: string): readonly Target[] {
    return resolveTargets(text, this);
  }

  /** What the model says of each sample, in the order of the batch. */
  async predict(feeds: Feeds): Promise<readonly Prediction[]> {
    const fetched = await this.model.run(feeds, [this.logits]);
    const scores = fetched[this.logits];
    if (scores === undefined) throw new Error(`the backend did not hand back "${this.logits}"`);
    const batch = batchOf({ [this.logits]: scores });
    const values = toFloat32(scores);
    const classCount = values.length / batch;
    if (this.labels !== undefined && this.labels.length !== classCount) {
      throw errors.labelCount({ labels: this.labels.length, classCount });
    }
    const rows = Array.from({ length: batch }, (_, sample) =>
      values.slice(sample * classCount, (sample + 1) * classCount),
    );
    const areProbabilities = this.#areProbabilities(rows);
    return rows.map((row) => {
      const logits = areProbabilities ? row.map((probability) => Math.log(Math.max(probability, SMALLEST))) : row;
      return { logits, probabilities: areProbabilities ? row : this.#probabilities(row), ranking: rank(row) };
    });
  }

  /** The probabilities of one sample as `predict` gives them, from what the model computes for it at `logits`. */
  probabilities(scores: Float32Array): Float32Array {
    return this.#areProbabilities([scores]) ? scores : this.#probabilities(scores);
  }

  #areProbabilities(rows: readonly Float32Array[]): boolean {
    if (this.scoreKind === 'probability' && this.endsWith === 'Sigmoid') return true;
    return this.#mayBeSoftmax && rows.every((row) => row.length > 1 && isDistribution(row));
  }

  #probabilities(row: Float32Array): Float32Array {
    // A softmax over one score is 1 whatever the score: it is the logit of one class against the rest.
    return this.#judgesEachClass || row.length === 1 ? row.map(sigmoid) : softmax(row);
  }
}

/** An operator that turns logits into probabilities, in ONNX vocabulary. */
export type ClosingOperator = 'Softmax' | 'LogSoftmax' | 'Sigmoid';

/** The smallest positive float32, so that the logarithm of a probability of zero stays finite. */
const SMALLEST = 2 ** -149;

function findImageInput(model: Model, name: string | undefined): TensorSpec {
  if (name !== undefined) {
    const named = model.inputs.find((input) => input.name === name);
    if (named !== undefined) return named;
  }
  const pictures = model.inputs.filter((input) => input.dims?.length === 4);
  const floats = pictures.filter(isFloat);
  const candidates = floats.length > 0 ? floats : pictures.filter(({ type }) => type === 'uint8');
  const [only] = candidates;
  if (name === undefined && only !== undefined && candidates.length === 1) return only;
  throw errors.notAnImageClassifier({
    what: name === undefined ? 'one float or uint8 input of rank 4' : `input "${name}"`,
    candidates: (candidates.length > 0 ? candidates : model.inputs).map(specText),
    option: 'input',
  });
}

interface Scores {
  readonly spec: TensorSpec;
  readonly kind: ImageClassifier['scoreKind'];
  /** What the model makes of its logits at its end; undefined where it ends with them. */
  readonly endsWith: ClosingOperator | undefined;
}

function findScores(model: Model, name: string | undefined): Scores {
  if (name !== undefined) {
    const named = [...model.outputs, ...model.layers].find((tensor) => tensor.name === name);
    if (named !== undefined) {
      const closing = closingOperatorOf(closingNode(model.graph, name));
      return closing !== undefined
        ? { spec: named, kind: 'probability', endsWith: closing }
        : { spec: named, kind: 'logit', endsWith: operatorBehind(model, name) };
    }
  }
  const output =
    model.outputs.find((candidate) => isFloat(candidate) && candidate.dims?.length === 2) ??
    model.outputs.find((candidate) => isFloat(candidate) && holdsOneRow(candidate.dims));
  if (name !== undefined || output === undefined) {
    throw errors.notAnImageClassifier({
      what: name === undefined ? 'float output [N, classes]' : `output or layer "${name}"`,
      candidates: model.outputs.map(specText),
      option: 'logits',
    });
  }
  const closing = closingNode(model.graph, output.name);
  const endsWith = closingOperatorOf(closing);
  if (closing === undefined || endsWith === undefined) return { spec: output, kind: 'logit', endsWith: undefined };
  const before = model.layers.find((layer) => layer.name === closing.inputs[0]);
  // These operators keep their input's shape, which shape inference may only have found behind them.
  const dims = before?.dims ?? (closing.outputs.includes(output.name) ? output.dims : undefined);
  const fits = dims?.length === 2 || holdsOneRow(dims);
  return before !== undefined && fits
    ? { spec: { ...before, dims }, kind: 'logit', endsWith }
    : { spec: output, kind: 'probability', endsWith };
}

const closingOperators: readonly ClosingOperator[] = ['Softmax', 'LogSoftmax', 'Sigmoid'];

function closingOperatorOf(node: GraphNode | undefined): ClosingOperator | undefined {
  return closingOperators.find((operator) => operator === node?.operator);
}

/** What the model makes of a tensor where its outcome is an output. */
function operatorBehind({ graph, outputs }: Model, name: string): ClosingOperator | undefined {
  for (const output of outputs) {
    const closing = closingNode(graph, output.name);
    const source = closing?.inputs[0];
    const operator = closingOperatorOf(closing);
    if (operator !== undefined && source !== undefined && isSame(graph, source, name)) return operator;
  }
  return undefined;
}

const keepsValues = new Set(['Identity', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Dropout']);

/** The node that a tensor is the result of, up to its shape and type. */
function closingNode(graph: GraphView | undefined, name: string): GraphNode | undefined {
  const producer = graph?.nodes.findLast((node) => node.outputs.includes(name));
  const source = sourceOf(producer);
  return source === undefined ? producer : closingNode(graph, source);
}

/** Whether a tensor is another one, up to its shape and type. */
function isSame(graph: GraphView | undefined, name: string, other: string): boolean {
  if (name === other) return true;
  const source = sourceOf(graph?.nodes.findLast((node) => node.outputs.includes(name)));
  return source !== undefined && isSame(graph, source, other);
}

/** What a node hands on as it is, but for its shape and type. */
function sourceOf(node: GraphNode | undefined): string | undefined {
  return node !== undefined && keepsValues.has(node.operator) ? node.inputs[0] : undefined;
}

/** Whether a tensor could be a softmax: the graph says so, or there is no graph to ask. */
function mayBeSoftmax(graph: GraphView | undefined, name: string): boolean {
  return graph === undefined || closingNode(graph, name)?.operator === 'Softmax';
}

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

function isFloat({ type }: TensorSpec): boolean {
  return type === 'float32' || type === 'float16' || type === 'float64';
}

/** `[N, classes, 1, 1 ...]`. */
function holdsOneRow(dims: readonly Dimension[] | undefined): boolean {
  return dims !== undefined && dims.length > 2 && dims.slice(2).every((dim) => dim === 1);
}
