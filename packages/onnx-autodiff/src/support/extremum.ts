import type { GradientContext, InputGradients } from '../gradient-rule.ts';
import type { Value } from '../types.ts';

/** The gradients of Max and Min: the inputs that reach the result share its gradient evenly. */
export function extremum({ inputs, outputs: [y], gradients: [dy], graph }: GradientContext): InputGradients {
  const operands = inputs as readonly Value[];
  const reached = new Map<Value, Value>();
  const reaches = (input: Value): Value => {
    const mask = reached.get(input) ?? graph.op('Equal', [input, y]);
    reached.set(input, mask);
    return mask;
  };
  let share: Value | undefined;
  const evenShare = (): Value => {
    const type = dy!.type ?? 'float32';
    share ??= graph.div(
      dy!,
      operands.map((input) => graph.cast(reaches(input), type)).reduce((a, b) => graph.add(a, b)),
    );
    return share;
  };
  const gradientOf = (input: Value, at: number): Value => {
    if (operands.length === 1) return dy!;
    const zero = graph.scalarLike(dy!, 0);
    if (operands.length > 2) return graph.where(reaches(input), evenShare(), zero);
    const tied = graph.where(reaches(operands[1 - at]!), graph.scale(dy!, 0.5), dy!);
    return graph.where(reaches(input), tied, zero);
  };
  return Object.fromEntries(
    operands.map((input, at) => [at, () => graph.unbroadcast(gradientOf(input, at), input)] as const),
  );
}
