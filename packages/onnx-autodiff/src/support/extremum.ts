import type { GradientContext, InputGradients } from '../gradient-rule.ts';
import type { Value } from '../types.ts';

/** The gradients of Max (`wins` is GreaterOrEqual) and Min (LessOrEqual): the inputs that reach the result share its gradient evenly. */
export function extremum({ inputs, gradients: [dy], graph }: GradientContext, wins: string): InputGradients {
  const operands = inputs as readonly Value[];
  const masks = new Map<number, Value>();
  // Inputs are held against each other and not against the result: ONNX Runtime may keep the two of a float16 graph in different
  // precisions, and then they are equal nowhere.
  const reaches = (at: number): Value => {
    const mask =
      masks.get(at) ??
      operands
        .filter((_, other) => other !== at)
        .map((other) => graph.op(wins, [operands[at], other]))
        .reduce((a, b) => graph.op('And', [a, b]));
    masks.set(at, mask);
    return mask;
  };
  let share: Value | undefined;
  const evenShare = (): Value => {
    const type = dy!.type ?? 'float32';
    const counts = operands.map((_, at) => graph.cast(reaches(at), type));
    share ??= graph.div(
      dy!,
      counts.reduce((a, b) => graph.add(a, b)),
    );
    return share;
  };
  const gradientOf = (at: number): Value => {
    if (operands.length === 1) return dy!;
    const shared = operands.length === 2 ? graph.where(reaches(1 - at), graph.scale(dy!, 0.5), dy!) : evenShare();
    return graph.where(reaches(at), shared, graph.scalarLike(dy!, 0));
  };
  return Object.fromEntries(operands.map((input, at) => [at, () => graph.unbroadcast(gradientOf(at), input)] as const));
}
