import { geluSlope } from '../support/gelu-slope.ts';
import { isNumber, productOf, scalar, type Composition, type GraphReader } from './composition.ts';
import type { Node } from '../node.ts';

/** x (1 + erf(x / sqrt(2))) / 2, its factors in any order. */
export const gelu: Composition = (last, graph) => {
  const product = productOf(last, graph);
  if (!product || product.tensors.length !== 2 || !isNumber(product.factor, 0.5)) return undefined;
  const [a, b] = product.tensors as [string, string];
  for (const [input, distribution] of [
    [a, b],
    [b, a],
  ] as const) {
    const inside = onePlusErf(graph.producer(distribution), graph);
    if (inside?.input !== input) continue;
    const nodes = [...product.nodes, ...inside.nodes];
    return { input, nodes, gradient: (builder, x, _, dy) => builder.mul(dy, geluSlope(builder, x)) };
  }
  return undefined;
};

/** 1 + erf(x / sqrt(2)). */
function onePlusErf(
  add: Node | undefined,
  graph: GraphReader,
): { readonly input: string; readonly nodes: readonly Node[] } | undefined {
  if (add?.operator !== 'Add' || add.domain !== '') return undefined;
  const [a, b] = add.inputs as [string, string];
  const [one, other] = graph.number(a) === undefined ? [b, a] : [a, b];
  const erf = graph.producer(other);
  if (scalar(one, add, graph) !== 1 || erf?.operator !== 'Erf' || erf.domain !== '') return undefined;
  const scaled = graph.producer(erf.inputs[0]!);
  const product = scaled && productOf(scaled, graph);
  if (product?.tensors.length !== 1 || !isNumber(product.factor, Math.SQRT1_2)) return undefined;
  return { input: product.tensors[0]!, nodes: [add, erf, scaled!, ...product.nodes] };
}
