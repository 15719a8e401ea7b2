import type { GraphNode, GraphView, Model } from '@understory/core';

/** What a convolution goes through before its map is whole: its normalisation, its activation, the shortcut around it. */
const goesOn = new Set(
  'Add BatchNormalization Cast Clip Elu Gelu HardSigmoid HardSwish Identity InstanceNormalization LeakyRelu Mul PRelu Relu Sigmoid Mish'.split(
    ' ',
  ),
);

/**
 * The map of the last convolution, behind its normalisation and activation. A convolution of one pixel that only turns a map into tokens, with neither of
 * them, is left out: the map is what goes into it. Undefined where the graph does not tell.
 */
export function lastMap(model: Model, picture: string): string | undefined {
  const found = searched.get(model);
  if (found?.picture === picture) return found.map;
  const map = searchMap(model, picture);
  searched.set(model, { picture, map });
  return map;
}

/** One model is asked many questions, and its graph may be long. */
const searched = new WeakMap<Model, { readonly picture: string; readonly map: string | undefined }>();

function searchMap({ graph, layers }: Model, picture: string): string | undefined {
  if (graph === undefined) return undefined;
  const known = new Set(layers.map(({ name }) => name));
  const places = new Map(graph.nodes.map((node, at) => [node, at]));
  const convolution = graph.nodes.findLast(({ operator }) => operator === 'Conv');
  if (convolution === undefined) return undefined;
  const end = endOf(convolution, graph, places);
  const [input = '', weights = ''] = convolution.inputs;
  const isPointwise =
    graph
      .constant(weights)
      ?.dims.slice(2)
      .every((size) => size === 1) ?? false;
  const isProjection = end === convolution.outputs[0] && isPointwise && input !== picture;
  const found = isProjection ? input : end;
  return known.has(found) ? found : undefined;
}

function endOf(start: GraphNode, graph: GraphView, places: ReadonlyMap<GraphNode, number>): string {
  let node = start;
  for (;;) {
    const [output = ''] = node.outputs;
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes(output));
    // A sigmoid beside a product with the same tensor is one activation; elsewhere the map is read by whatever follows.
    const next = readers.filter(({ operator }) => goesOn.has(operator));
    if (next.length === 0 || next.length < readers.length) return output;
    node = next.reduce((last, each) => (places.get(each)! > places.get(last)! ? each : last));
  }
}
