import { elementTypeOf, staticShape, type Dim, type ElementType } from '../types.ts';
import { broadcast } from './dims.ts';
import * as elements from './element-arithmetic.ts';
import type { ElementArithmetic } from './element-arithmetic.ts';
import { countOf, largestKnown, stretch, type Known } from './known.ts';
import type { ShapeContext, ShapeRule, ShapeRules } from './shape-rule.ts';

/** The elements of the result, where those of every input are known and so is what becomes of them. */
function computed(
  c: ShapeContext,
  shape: readonly Dim[] | undefined,
  compute: (values: readonly Dim[]) => Dim | undefined,
): readonly Dim[] | undefined {
  const dims = staticShape(shape);
  // A known number that is broadcast to an activation makes nothing known, and would be written out for nothing.
  if (!dims || countOf(dims) > largestKnown) return undefined;
  const knowns: Known[] = [];
  for (const index of c.node.inputs.keys()) {
    const known = c.known(index);
    if (!known) return undefined;
    knowns.push(known);
  }
  const operands = knowns.map((known) => stretch(known, dims).values);
  const results: Dim[] = [];
  for (const at of operands[0]!.keys()) {
    const result = compute(operands.map((operand) => operand[at]!));
    if (result === undefined) return undefined;
    results.push(result);
  }
  return results;
}

interface Elementwise {
  readonly arithmetic?: ElementArithmetic | undefined;
  /** The type of the result; that of input 0 where absent. */
  readonly type?: ElementType;
  /** The input whose type the result has. */
  readonly typeOf?: number;
}

/** An operator that works element by element on inputs that broadcast to one shape. */
const elementwise =
  ({ arithmetic, type, typeOf = 0 }: Elementwise = {}): ShapeRule =>
  (c) => {
    const shape = broadcast(
      c.node.inputs.map((_, index) => c.input(index)?.shape),
      c.unknowns,
    );
    const operand = c.input(typeOf)?.type;
    const known = arithmetic && operand && computed(c, shape, (values) => arithmetic(values, operand));
    c.set(0, type ?? operand, shape, known);
  };

/** An operator whose result has the type and shape of input 0, whatever the others are. */
const same: ShapeRule = (c) => c.set(0, c.input(0)?.type, c.input(0)?.shape);

const identity: ShapeRule = (c) => c.set(0, c.input(0)?.type, c.input(0)?.shape, c.known(0)?.values);

const converted = (c: ShapeContext, to: ElementType | undefined): void => {
  const x = c.input(0);
  const from = x?.type;
  const known = c.known(0)?.values.map((value) => (from && to ? elements.cast(value, from, to) : undefined));
  c.set(0, to, x?.shape, known?.every((value) => value !== undefined) ? known : undefined);
};

const mod: ShapeRule = (c) =>
  elementwise({ arithmetic: c.node.int('fmod', 0) === 1 ? elements.fmod : elements.mod })(c);

const byName = (names: readonly string[], rule: ShapeRule): ShapeRules =>
  Object.fromEntries(names.map((name) => [name, rule]));

export const elementwiseShapes: ShapeRules = {
  ...byName(
    [
      ...['Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Cos', 'Cosh', 'Sin', 'Sinh', 'Tan', 'Tanh'],
      ...['Celu', 'Clip', 'Elu', 'Erf', 'Exp', 'Gelu', 'HardSigmoid', 'HardSwish', 'LeakyRelu', 'Log', 'Mish', 'PRelu'],
      ...['Relu', 'Selu', 'Shrink', 'Sigmoid', 'Softplus', 'Softsign', 'Swish', 'ThresholdedRelu'],
      ...['BitwiseNot', 'Hardmax', 'LogSoftmax', 'Softmax'],
      // com.microsoft
      ...['BiasGelu', 'FastGelu', 'QuickGelu'],
    ],
    same,
  ),
  ...byName(['BitShift', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'Mean'], elementwise()),
  ...byName(['IsInf', 'IsNaN'], elementwise({ type: 'bool' })),
  Abs: elementwise({ arithmetic: elements.abs }),
  Add: elementwise({ arithmetic: elements.add }),
  And: elementwise({ arithmetic: elements.and, type: 'bool' }),
  Cast: (c) => converted(c, elementTypeOf(c.node.int('to', 0))),
  CastLike: (c) => converted(c, c.input(1)?.type),
  Ceil: elementwise({ arithmetic: elements.ceil }),
  Div: elementwise({ arithmetic: elements.div }),
  Equal: elementwise({ arithmetic: elements.equal, type: 'bool' }),
  Floor: elementwise({ arithmetic: elements.floor }),
  Greater: elementwise({ arithmetic: elements.greater, type: 'bool' }),
  GreaterOrEqual: elementwise({ arithmetic: elements.greaterOrEqual, type: 'bool' }),
  Identity: identity,
  Less: elementwise({ arithmetic: elements.less, type: 'bool' }),
  LessOrEqual: elementwise({ arithmetic: elements.lessOrEqual, type: 'bool' }),
  Max: elementwise({ arithmetic: elements.max }),
  Min: elementwise({ arithmetic: elements.min }),
  Mod: mod,
  Mul: elementwise({ arithmetic: elements.mul }),
  Neg: elementwise({ arithmetic: elements.neg }),
  Not: elementwise({ arithmetic: elements.not, type: 'bool' }),
  Or: elementwise({ arithmetic: elements.or, type: 'bool' }),
  Pow: elementwise({ arithmetic: elements.pow }),
  Reciprocal: elementwise({ arithmetic: elements.reciprocal }),
  Round: elementwise({ arithmetic: elements.round }),
  Sign: elementwise({ arithmetic: elements.sign }),
  Sqrt: elementwise({ arithmetic: elements.sqrt }),
  Sub: elementwise({ arithmetic: elements.sub }),
  Sum: elementwise({
    arithmetic: (values, type) =>
      values.reduce<Dim | undefined>(
        (total, value) => (total === undefined ? undefined : elements.add([total, value], type)),
        0,
      ),
  }),
  Where: elementwise({ arithmetic: elements.select, typeOf: 1 }),
  Xor: elementwise({ arithmetic: elements.xor, type: 'bool' }),
};
