import { errors } from './errors.ts';
import type { GradientContext, GradientRule, InputGradients, OperatorRule } from './gradient-rule.ts';
import { gradientRules } from './gradients/index.ts';
import type { Node } from './node.ts';
import { isFloat, type Value } from './types.ts';

type Rescale = (rule: GradientRule, context: GradientContext) => InputGradients;

/** Linear in their first input, the others given. */
const inFirst = [
  ...['AveragePool', 'BatchNormalization', 'Cast', 'CumSum', 'DepthToSpace', 'Dropout', 'Expand', 'Flatten', 'Gather'],
  ...[
    'GatherElements',
    'GatherND',
    'GlobalAveragePool',
    'Identity',
    'Neg',
    'Pad',
    'ReduceMean',
    'ReduceSum',
    'Reshape',
  ],
  ...['Resize', 'Slice', 'SpaceToDepth', 'Split', 'Squeeze', 'Tile', 'Transpose', 'Trilu', 'Unsqueeze', 'Div'],
];

/** Linear in all inputs that are floating-point, together. */
const inAll = ['Add', 'Concat', 'Mean', 'Sub', 'Sum', 'Where'];

/** Linear in each of two factors. */
const inEach = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Mul'];

/** One number in, one out, for the other inputs given. */
const activations = [
  ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Celu', 'Clip', 'Cos', 'Cosh', 'Elu', 'Erf', 'Exp'],
  ...['Gelu', 'HardSigmoid', 'HardSwish', 'LeakyRelu', 'Log', 'Mish', 'PRelu', 'Reciprocal', 'Relu', 'Selu', 'Shrink'],
  ...['Sigmoid', 'Sin', 'Sinh', 'Softplus', 'Softsign', 'Sqrt', 'Swish', 'Tan', 'Tanh', 'ThresholdedRelu'],
];

/** What chooses among values. */
const largest = ['GlobalMaxPool', 'Max', 'MaxPool', 'ReduceMax'];
const smallest = ['Min', 'ReduceMin'];

const rescaled: ReadonlyMap<string, Rescale> = new Map<string, Rescale>([
  ...inFirst.map((operator) => [operator, throughOne] as const),
  ...inAll.map((operator) => [operator, throughAll] as const),
  ...inEach.map((operator) => [operator, throughProduct] as const),
  ...activations.map((operator) => [operator, throughActivation] as const),
  ...largest.map((operator) => [operator, throughChoice('Max')] as const),
  ...smallest.map((operator) => [operator, throughChoice('Min')] as const),
  ['Pow', throughPower],
]);

/**
 * Rules of DeepLIFT, for `DifferentiableGraphOptions.rules`, where `differentiate` is given a reference: what comes back to a tensor is its multiplier, and multipliers times
 * differences from the reference sum to the difference of the objective, which has to be linear in the outputs. Shrikumar et al. 2017, "Learning Important Features Through Propagating Activation
 * Differences", sections 3.2 and 3.5.1.
 *
 * An activation multiplies with the quotient of the differences behind and in front of it. What is linear passes multipliers on as derivatives. A product of two tensors that both
 * differ takes the mean of either factor for the other: x s(x) then has the multiplier of one activation, though a file may write it in two nodes. Of what chooses among values, the value
 * chosen for the larger of the two results bears the whole difference. Every other operator is refused by name.
 */
export const rescaleRules: readonly OperatorRule[] = [...gradientRules].flatMap(([key, rule]): OperatorRule[] => {
  if ('noGradient' in rule) return [];
  const { operator, domain, opsets, inputs } = rule;
  const through = key.startsWith(':') ? rescaled.get(operator) : undefined;
  const declared = {
    ...{ operator, opsets, covers: 'DeepLIFT, the rescale rule.' },
    ...(domain !== undefined && { domain }),
  };
  if (!('gradient' in rule) || !through) return [{ ...declared, gradient: ({ node }) => refuse(node) }];
  return [{ ...declared, ...(inputs && { inputs }), gradient: (context) => through(rule, context) }];
});

function refuse({ operator, name }: Node): never {
  throw errors.noRescaleRule(operator, name);
}

/** Throws where an input differs from that of the reference and the rule takes it as given. */
function requireGiven({ node, inputs, reference }: GradientContext, isGiven: (value: Value, at: number) => boolean) {
  if (inputs.some((value, at) => value && isGiven(value, at) && reference(value) !== value)) refuse(node);
}

function throughOne(rule: GradientRule, context: GradientContext): InputGradients {
  requireGiven(context, (_, at) => at > 0);
  return rule.gradient(context);
}

function throughAll(rule: GradientRule, context: GradientContext): InputGradients {
  requireGiven(context, ({ type }) => type !== undefined && !isFloat(type));
  return rule.gradient(context);
}

/** The derivative half way: exact for what is of second degree. */
function throughProduct(rule: GradientRule, context: GradientContext): InputGradients {
  const { inputs, graph, reference } = context;
  const twins = inputs.map((value) => value && reference(value));
  if (inputs.filter((value, at) => value !== twins[at]).length < 2) return rule.gradient(context);
  const half = (value: Value, twin: Value) => graph.scale(graph.add(value, twin), 0.5);
  const between = inputs.map((value, at) => (value === twins[at] ? value : half(value!, twins[at]!)));
  return rule.gradient({ ...context, inputs: between });
}

/** Differences below it are mostly rounding: the derivative takes their place. */
const TINY = 1e-7;

/** `value(difference)` where `x` differs from its reference by enough to divide by, `otherwise` elsewhere. */
function whereItDiffers(
  { graph, reference }: GradientContext,
  x: Value,
  value: (difference: Value) => Value,
  otherwise: Value,
): Value {
  const difference = graph.sub(x, reference(x));
  const isTiny = graph.op('Less', [graph.op('Abs', [difference]), graph.scalarLike(x, TINY)]);
  return graph.where(isTiny, otherwise, value(graph.where(isTiny, graph.scalarLike(x, 1), difference)));
}

function throughActivation(rule: GradientRule, context: GradientContext): InputGradients {
  requireGiven(context, (_, at) => at > 0);
  const {
    inputs: [x],
    outputs: [y],
    gradients: [dy],
    graph,
    reference,
  } = context;
  const derivative = () => rule.gradient(context)[0]!();
  if (reference(x!) === x) return { 0: derivative };
  const quotient = (difference: Value) => graph.div(graph.sub(y!, reference(y!)), difference);
  const rescaledBy = (difference: Value) => graph.mul(dy!, quotient(difference));
  return { 0: () => whereItDiffers(context, x!, rescaledBy, derivative()) };
}

function throughPower(rule: GradientRule, context: GradientContext): InputGradients {
  if (context.graph.numbers(context.inputs[1])?.length !== 1) refuse(context.node);
  return throughActivation(rule, context);
}

/** The difference of the results, y - y' = (m - y') + (y - m) for m the one that wins: at most one part is not 0, and it goes to what was chosen there. */
function throughChoice(extreme: 'Max' | 'Min'): Rescale {
  return (rule, context) => {
    const {
      inputs,
      outputs: [y],
      gradients: [dy],
      graph,
      reference,
    } = context;
    requireGiven(context, ({ type }) => type !== undefined && !isFloat(type));
    const derivatives = rule.gradient(context);
    const twin = reference(y!);
    if (twin === y) return derivatives;
    const wins = graph.op(extreme, [y, twin]);
    const twins = (values: GradientContext['inputs']) => values.map((value) => value && reference(value));
    const chosen = rule.gradient({ ...context, gradients: [graph.mul(dy!, graph.sub(wins, twin))] });
    const chosenBefore = rule.gradient({
      ...{ ...context, inputs: twins(inputs), outputs: twins(context.outputs) },
      gradients: [graph.mul(dy!, graph.sub(y!, wins))],
    });
    return Object.fromEntries(
      Object.entries(derivatives).map(([key, derivative]) => {
        const at = Number(key);
        const share = (difference: Value) => graph.div(graph.add(chosen[at]!(), chosenBefore[at]!()), difference);
        return [at, () => whereItDiffers(context, inputs[at]!, share, derivative())];
      }),
    );
  };
}
