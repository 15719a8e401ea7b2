import type { ClassScores, ClosingOperator } from './class-scores.ts';
import { closingNode, closingOperatorOf, operatorBehind } from './closing-operator.ts';
import type { Model } from './contracts/model.ts';
import { errors } from './errors/index.ts';
import { isFloat, specText, type Dimension, type TensorSpec } from './tensor/tensor-spec.ts';

export interface Scores {
  readonly spec: TensorSpec;
  readonly kind: ClassScores['kind'];
  /** What the model makes of its logits at its end; undefined where it ends with them. */
  readonly endsWith: ClosingOperator | undefined;
}

/** The tensor that holds the scores of classes; throws NOT_AN_IMAGE_CLASSIFIER where it cannot be told. */
export function findScores(model: Model, name: string | undefined): Scores {
  if (name !== undefined) {
    const named = [...model.outputs, ...model.layers].find((tensor) => tensor.name === name);
    if (named !== undefined) {
      const closing = closingOperatorOf(closingNode(model.graph, name));
      return closing !== undefined
        ? { spec: named, kind: 'probability', endsWith: closing }
        : { spec: withKnownDims(model, named), kind: 'logit', endsWith: operatorBehind(model, name) };
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
  return scoresBehind(model, output);
}

/** What an output of probabilities is made of, where the graph shows it and it can be asked for; else the output itself. */
export function scoresBehind(model: Model, output: TensorSpec): Scores {
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

/** Scores with the shape of the output that is made of them, where their own is not known. */
function withKnownDims(model: Model, named: TensorSpec): TensorSpec {
  if (named.dims !== undefined) return named;
  const behind = model.outputs.map((output) => scoresBehind(model, output).spec);
  return behind.find(({ name }) => name === named.name) ?? named;
}

/** `[N, classes, 1, 1 ...]` or `[N, 1, 1, classes]`. */
function holdsOneRow(dims: readonly Dimension[] | undefined): boolean {
  return dims !== undefined && dims.length > 2 && dims.slice(1).filter((dim) => dim !== 1).length < 2;
}
