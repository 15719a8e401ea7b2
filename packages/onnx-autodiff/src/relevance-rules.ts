import type { GraphBuilder } from './builder.ts';
import { errors } from './errors.ts';
import type { GradientContext, GradientRule, OperatorRule } from './gradient-rule.ts';
import { gradientRules } from './gradients/index.ts';
import { range } from './range.ts';
import type { AttributeInputs, Node } from './node.ts';
import type { Value } from './types.ts';

/** Linear in their inputs, or choosing among them. */
const passing = new Set(
  [
    ...['Add', 'AveragePool', 'BatchNormalization', 'Concat', 'ConvTranspose', 'DepthToSpace', 'Dropout', 'Expand'],
    ...['Flatten', 'Gather', 'GatherElements', 'GatherND', 'GlobalAveragePool', 'GlobalMaxPool', 'Identity'],
    ...['LeakyRelu', 'Max', 'MaxPool', 'Mean', 'Min', 'Neg', 'PRelu', 'Pad', 'ReduceMax', 'ReduceMean', 'ReduceMin'],
    ...['ReduceSum', 'Relu', 'Reshape', 'Resize', 'Slice', 'SpaceToDepth', 'Split', 'Squeeze', 'Sub', 'Sum', 'Tile'],
    ...['Transpose', 'Unsqueeze', 'Where'],
  ].map((operator) => `:${operator}`),
);

/** One number in, one out. */
const activations = new Set(
  [
    ...['Celu', 'Clip', 'Elu', 'Gelu', 'HardSigmoid', 'HardSwish', 'Mish', 'Selu', 'Sigmoid', 'Softplus', 'Softsign'],
    ...['Swish', 'Tanh', 'ThresholdedRelu'],
  ].map((operator) => `:${operator}`),
);

/** Linear in one input where the other does not depend on what is explained. */
const scaling = new Set([':Div', ':Mul']);

type Share = (rule: GradientRule, context: GradientContext, weigh: Weigh) => Value;
/** What the operator makes of another input, weights and bias. */
type Weigh = (x: Value, weights: Value, bias: Value | undefined) => Value;

function relevanceRules(share: Share): readonly OperatorRule[] {
  return [...gradientRules].flatMap(([key, rule]): readonly OperatorRule[] => {
    if ('noGradient' in rule || passing.has(key)) return [];
    const declared = { ...rule, covers: 'Layer-wise relevance propagation.' };
    if (activations.has(key)) return [{ ...without(declared), gradient: throughActivation }];
    if ('gradient' in rule && scaling.has(key)) return [{ ...rule, gradient: onlyOneInput(rule) }];
    const weigh = weighing[key];
    if ('gradient' in rule && weigh) return [{ ...rule, gradient: weighted(rule, share, weigh) }];
    return [{ ...without(declared), gradient: ({ node }) => refuse(node) }];
  });
}

function without(rule: OperatorRule): Omit<GradientRule, 'gradient'> {
  const { operator, domain, opsets, covers } = rule;
  return { operator, ...(domain !== undefined && { domain }), opsets, covers };
}

function refuse(node: Node): never {
  throw errors.noRelevanceRule(node.operator, node.name);
}

/** All relevance of the output is that of the input: dy y / x, x kept off 0. */
function throughActivation({ inputs: [x], outputs: [y], gradients: [dy], graph }: GradientContext) {
  return { 0: () => graph.mul(dy!, graph.div(y!, stabilised(graph, x!, graph.scalarLike(x!, TINY)))) };
}

const onlyOneInput =
  (rule: GradientRule): GradientRule['gradient'] =>
  (context) => {
    const { node, wants } = context;
    const dependent = node.inputs.map((name) => wants(name));
    if (dependent.every(Boolean) || (node.operator === 'Div' && dependent[1] === true)) refuse(node);
    return rule.gradient(context);
  };

const weighted =
  (rule: GradientRule, share: Share, weighOf: (context: GradientContext) => Weigh): GradientRule['gradient'] =>
  (context) => {
    const { node, wants } = context;
    if (node.inputs.slice(1).some((name) => wants(name))) refuse(node);
    return { 0: () => share(rule, context, weighOf(context)) };
  };

const weighing: Readonly<Record<string, (context: GradientContext) => Weigh>> = {
  ':Conv': ({ node, graph }) => {
    const attributes = windowOf(node);
    return (x, weights, bias) => graph.op('Conv', [x, weights, bias], attributes);
  },
  ':Gemm': ({ node, graph }) => {
    const [transA, transB] = [node.int('transA', 0), node.int('transB', 0)];
    const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
    if (alpha < 0 || beta < 0) throw errors.noRelevanceRule(node.operator, node.name);
    return (x, weights, bias) =>
      graph.op('Gemm', [x, weights, bias], { transA, transB, alpha: { float: alpha }, beta: { float: beta } });
  },
  ':MatMul':
    ({ graph }) =>
    (x, weights) =>
      graph.matmul(x, weights),
};

function windowOf(node: Node): AttributeInputs {
  const lists = ['kernel_shape', 'strides', 'pads', 'dilations'].flatMap((name) => {
    const values = node.ints(name);
    return values ? [[name, values] as const] : [];
  });
  return { ...Object.fromEntries(lists), auto_pad: node.string('auto_pad', 'NOTSET'), group: node.int('group', 1) };
}

/** Keeps what is divided by off 0 where nothing else does. */
const TINY = 1e-9;

/** v + e sign(v), with the sign of 0 positive. */
function stabilised(graph: GraphBuilder, v: Value, e: Value): Value {
  const isNegative = graph.op('Less', [v, graph.scalarLike(v, 0)]);
  return graph.add(v, graph.where(isNegative, graph.neg(e), e));
}

/** Divided by y + e sign(y), with e a quarter of the root mean square of a sample's outputs, as Montavon et al. propose. */
function byEpsilon(rule: GradientRule, context: GradientContext): Value {
  const {
    outputs: [y],
    gradients: [dy],
    graph,
  } = context;
  const rank = y!.shape?.length;
  if (rank === undefined) throw errors.noRelevanceRule(context.node.operator, context.node.name);
  const square = graph.op('ReduceMean', [graph.mul(y!, y!), graph.ints(range(1, rank))], { keepdims: 1 });
  const e = graph.add(graph.scale(graph.op('Sqrt', [square]), 1 / 4), graph.scalarLike(y!, TINY));
  const passed = graph.div(graph.mul(dy!, y!), stabilised(graph, y!, e));
  return rule.gradient({ ...context, gradients: [passed] })[0]!();
}

/**
 * R_i = sum_j (alpha z_ij+ / P_j - beta z_ij- / N_j) R_j for what each input adds, z_ij = x_i w_ij, and the sums P and N of its positive and negative
 * parts, those of the bias with them. An output without negative parts shares its relevance among the positive ones alone, and the other way round.
 */
function byAlphaBeta(alpha: number, beta: number): Share {
  return (rule, context, weigh) => {
    const {
      inputs: [x, w, b],
      outputs: [y],
      gradients: [dy],
      graph,
    } = context;
    const parts = (value: Value) => {
      const above = graph.op('Relu', [value]);
      return [above, graph.sub(value, above)] as const;
    };
    const [above, below] = parts(x!);
    const [raising, lowering] = parts(w!);
    const [up, down] = b ? parts(b) : [undefined, undefined];
    const zero = graph.scalarLike(y!, 0);
    const tiny = graph.scalarLike(y!, TINY);
    const relevance = graph.mul(dy!, y!);
    const back = (passed: Value, weights: Value) =>
      rule.gradient({ ...context, inputs: [x, weights, b], gradients: [passed] })[0]!();
    const positive = graph.add(weigh(above, raising, up), weigh(below, lowering, undefined));
    const share = (sum: Value, factor: Value) => {
      const passed = graph.div(graph.mul(relevance, factor), stabilised(graph, sum, tiny));
      return graph.where(graph.op('Equal', [sum, zero]), zero, passed);
    };
    const sides = (passed: Value, same: Value, other: Value) => [back(passed, same), back(passed, other)] as const;
    const merge = (ofAbove: Value, ofBelow: Value) =>
      graph.where(graph.op('Less', [x!, graph.scalarLike(x!, 0)]), ofBelow, ofAbove);
    if (beta === 0) {
      return merge(...sides(share(positive, graph.scalarLike(y!, alpha)), raising, lowering));
    }
    const negative = graph.add(weigh(above, lowering, down), weigh(below, raising, undefined));
    const one = graph.scalarLike(y!, 1);
    const none = (sum: Value, factor: number) =>
      graph.where(graph.op('Equal', [sum, zero]), one, graph.scalarLike(y!, factor));
    const [risesAbove, risesBelow] = sides(share(positive, none(negative, alpha)), raising, lowering);
    const [fallsAbove, fallsBelow] = sides(share(negative, none(positive, -beta)), lowering, raising);
    return merge(graph.add(risesAbove, fallsAbove), graph.add(risesBelow, fallsBelow));
  };
}

/**
 * Rules of layer-wise relevance propagation, for `DifferentiableGraphOptions.rules`. What comes back to a tensor is its relevance divided by the tensor, so that
 * relevance is value times "gradient", starts as the score and, but for what biases and stabilisers take, keeps its sum. Bach et al. 2015, "On Pixel-Wise Explanations for Non-Linear Classifier
 * Decisions by Layer-Wise Relevance Propagation", equations 58 and 60; Montavon et al. 2019, "Layer-Wise Relevance Propagation: An Overview", section 10.2.
 *
 * Operators that are linear or choose among values pass relevance on as derivatives do: shares in proportion to what each input adds. Activations pass all of it through.
 * Every other operator is refused by name.
 */
export const epsilonRules: readonly OperatorRule[] = relevanceRules(byEpsilon);

/** z+: only what raises an output gets a share of its relevance. */
export const zPlusRules: readonly OperatorRule[] = relevanceRules(byAlphaBeta(1, 0));

/** What raises an output shares twice its relevance, what lowers it shares minus once. */
export const alphaBetaRules: readonly OperatorRule[] = relevanceRules(byAlphaBeta(2, 1));
