import { tensor } from '@understory/core';
import type { AttributeValue, Dimension, GraphNode, LayerSpec, Model, Tensor } from '@understory/core';

export type Part = readonly [
  operator: string,
  inputs: readonly string[],
  output: string,
  dims: readonly Dimension[],
  attributes?: Readonly<Record<string, AttributeValue>>,
];

/** A network whose nodes each compute one layer; weights are the names that nothing computes. */
export function modelOf(
  parts: readonly Part[],
  {
    image = ['N', 3, 32, 32] as readonly Dimension[],
    integers = {} as Readonly<Record<string, readonly number[]>>,
  } = {},
): Pick<Model, 'layers' | 'inputs' | 'graph'> {
  const nodes = parts.map(([operator, inputs, output, , attributes = {}]): GraphNode => ({
    ...{ operator, name: output, inputs, outputs: [output], attributes },
  }));
  const layers = parts.map(([operator, , name, dims]): LayerSpec => ({
    name,
    type: 'float32',
    dims,
    operator,
    modules: [],
  }));
  const constant = (name: string): Tensor | undefined => {
    const values = integers[name];
    return values && tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
  };
  return { inputs: [{ name: 'image', type: 'float32', dims: image }], layers, graph: { nodes, constant } };
}
