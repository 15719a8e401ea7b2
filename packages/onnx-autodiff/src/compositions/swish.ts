import { swishGradient } from '../support/swish-slope.ts';
import { productOf, type Composition } from './composition.ts';

/** x sigmoid(alpha x), written as Sigmoid and Mul. */
export const swish: Composition = (last, graph) => {
  if (last.operator !== 'Mul' || last.domain !== '') return undefined;
  const [a, b] = last.inputs as [string, string];
  for (const [input, gated] of [
    [a, b],
    [b, a],
  ] as const) {
    const sigmoid = graph.producer(gated);
    if (sigmoid?.operator !== 'Sigmoid' || sigmoid.domain !== '') continue;
    const argument = sigmoid.inputs[0]!;
    if (argument === input) return { input, nodes: [sigmoid], gradient: gradientOf(gated, 1) };
    const scaled = graph.producer(argument);
    const product = scaled && productOf(scaled, graph);
    if (product?.tensors.length !== 1 || product.tensors[0] !== input) continue;
    return { input, nodes: [sigmoid, scaled!, ...product.nodes], gradient: gradientOf(gated, product.factor) };
  }
  return undefined;
};

function gradientOf(sigmoid: string, alpha: number): NonNullable<ReturnType<Composition>>['gradient'] {
  return (graph, x, y, dy) => swishGradient(graph, x, y, graph.value(sigmoid), dy, alpha);
}
