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
    matrices = {} as Readonly<Record<string, readonly (readonly number[])[]>>,
    /** Nodes that compute what is no layer, such as indices. */
    hidden = [] as readonly (readonly [operator: string, inputs: readonly string[], output: string])[],
  } = {},
): Pick<Model, 'layers' | 'inputs' | 'graph'> {
  const nodes = [
    ...hidden.map(([operator, inputs, output]) => [operator, inputs, output, [], {}] as const),
    ...parts,
  ].map(([operator, inputs, output, , attributes = {}]): GraphNode => ({
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
    const rows = matrices[name];
    if (rows) return tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]!.length]);
    const values = integers[name];
    return values && tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
  };
  return { inputs: [{ name: 'image', type: 'float32', dims: image }], layers, graph: { nodes, constant } };
}
