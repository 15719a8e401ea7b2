import { checkSamplesApart, errors, operandsOf, type Expression, type Operand } from '@understory/core';
import type { GraphBuilder, Value } from '@understory/onnx-autodiff';

/** What a program is made of that is not computed by its own expressions. */
export type Leaf = Extract<Expression, { readonly kind: 'input' | 'tensor' | 'objective' | 'gradient' }>;

const unaryOperators = {
  negate: 'Neg',
  absolute: 'Abs',
  sign: 'Sign',
  squareRoot: 'Sqrt',
  exponential: 'Exp',
  logarithm: 'Log',
} as const;

const binaryOperators = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  minimum: 'Min',
  maximum: 'Max',
} as const;

const reductions = { sum: 'ReduceSum', maximum: 'ReduceMax', minimum: 'ReduceMin' } as const;

/** Writes expressions as standard nodes of opset 18, each object once, also where a graph grows in several steps. */
export class ExpressionNodes {
  private readonly written = new Map<Expression, { readonly name: string; readonly batched: boolean }>();

  /** `leaf` names the tensor behind a leaf. Throws PROGRAM_INVALID where shapes that are known ahead do not fit. */
  write(one: Expression, builder: GraphBuilder, leaf: (leaf: Leaf) => string): Value {
    const existing = this.written.get(one);
    if (existing) return builder.value(existing.name);
    const operands = operandsOf(one).map((operand) => this.write(operand, builder, leaf));
    const batched = operandsOf(one).map((operand) => this.written.get(operand)!.batched);
    const known = operands.map(({ shape }, at): Operand => ({ dims: shape, batched: batched[at]! }));
    checkSamplesApart(one, known);
    const value = isLeaf(one) ? asFloat32(builder, builder.value(leaf(one))) : operation(one, operands, builder);
    this.written.set(one, { name: value.name, batched: isLeaf(one) || batched.includes(true) });
    return value;
  }
}

function isLeaf(one: Expression): one is Leaf {
  return one.kind === 'input' || one.kind === 'tensor' || one.kind === 'objective' || one.kind === 'gradient';
}

/** Expressions compute in float32, whatever the model does; whole numbers are places and stay. */
function asFloat32(builder: GraphBuilder, value: Value): Value {
  return value.type && /float/.test(value.type) ? builder.cast(value, 'float32') : value;
}

function operation(
  one: Exclude<Expression, Leaf>,
  [x, y, then, otherwise]: readonly Value[],
  builder: GraphBuilder,
): Value {
  switch (one.kind) {
    case 'constant': {
      const { dims, data } = typeof one.value === 'number' ? { dims: [], data: [one.value] } : one.value;
      return builder.constant({ type: 'float32', dims, values: data });
    }
    case 'unary':
      return builder.op(unaryOperators[one.operator], [x]);
    case 'binary':
      return builder.op(binaryOperators[one.operator], [x, y]);
    case 'matrixProduct':
      return builder.op('MatMul', [x, y]);
    case 'whereGreater':
      return builder.where(builder.op('Greater', [x, y]), then!, otherwise!);
    case 'reduce':
      return one.axes.length === 0
        ? x!
        : builder.op(reductions[one.operator], [x, builder.ints(one.axes)], { keepdims: 1 });
    case 'softmax':
      return builder.op('Softmax', [x], { axis: 1 });
    case 'logSoftmax':
      return builder.op('LogSoftmax', [x], { axis: 1 });
    case 'sortDescending': {
      const last = rankOf(x!) - 1;
      const size = x!.shape![last];
      if (one.count !== undefined && typeof size === 'number' && one.count > size) {
        throw errors.programInvalid({ found: `the first ${one.count} of ${size}`, expected: `at most ${size}` });
      }
      const count = one.count === undefined ? builder.sizes(x!, [last]) : builder.ints([one.count]);
      return builder.ops('TopK', [x, count], { axis: last }, 2)[0]!;
    }
    case 'cumulativeSum':
      return builder.op('CumSum', [x, builder.constant({ type: 'int64', dims: [], values: [rankOf(x!) - 1] })]);
    case 'pick':
      return builder.op('GatherElements', [x, builder.unsqueeze(places(y!), [1])], { axis: 1 });
    case 'addAt': {
      const pair = builder.constant({ type: 'float32', dims: [2], values: [0, one.by] });
      rankOf(x!);
      return builder.add(x!, builder.op('OneHot', [places(y!), builder.sizes(x!, [1]), pair], { axis: 1 }));
    }
    case 'reshape':
      return builder.reshape(x!, [0, ...one.dims]);
    case 'transpose':
      return builder.transpose(x!, one.order);
    case 'take':
      return builder.op('Gather', [x, builder.ints(one.indices)], { axis: one.axis });
  }
}

function rankOf({ shape, name }: Value): number {
  if (shape) return shape.length;
  throw errors.programInvalid({
    found: `"${name}", whose rank is not known ahead`,
    expected: 'a tensor of known rank',
  });
}

function places(index: Value): Value {
  if (index.type === 'int64') return index;
  throw errors.programInvalid({ found: `an index of type ${index.type}`, expected: 'an int64 input [N]' });
}
