import { create } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import {
  differentiate,
  Graph,
  writeTensor,
  type AttributeInputs,
  type Constant,
  type ElementType,
  type Value,
} from '../src/index.ts';
import { Node } from '../src/node.ts';
import { execute } from './execute.ts';

export interface NodeInput {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: AttributeInputs;
  readonly domain?: string;
}

export interface Network {
  readonly opset?: number;
  readonly inputs: Readonly<Record<string, Constant>>;
  readonly weights?: Readonly<Record<string, Constant>>;
  readonly nodes: readonly NodeInput[];
  readonly output: string;
  readonly outputType?: ElementType;
}

export const vector = (values: readonly number[], type: ElementType = 'float32'): Constant => ({
  type,
  dims: [values.length],
  values,
});

export const scalar = (value: number, type: ElementType = 'float32'): Constant => ({ type, dims: [], values: [value] });

/** A small graph, its nodes named after their first output. */
export function graphOf({ opset = 18, inputs, weights = {}, nodes, output, outputType = 'float32' }: Network): Graph {
  const values = Object.entries(inputs).map(([name, { type, dims }]): Value => ({ name, type, shape: dims }));
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: 'com.microsoft', version: 1n }] }),
    name: 'network',
    opset,
    inputs: values,
    outputs: [{ name: output, type: outputType, shape: undefined }],
    nodes: nodes.map((node) =>
      Node.of(node.operator, node.inputs, node.outputs, node.attributes, node.outputs[0], node.domain),
    ),
    initializers: new Map(Object.entries(weights).map(([name, value]) => [name, { proto: writeTensor(name, value) }])),
    declared: new Map(),
  });
}

/** The gradients of the output, times `cotangent` and summed, with respect to some tensors. */
export async function gradientsOf(
  network: Network,
  withRespectTo: readonly string[],
  cotangent: Constant,
): Promise<Record<string, Constant>> {
  const model = differentiate(graphOf(network), {
    objective: { kind: 'cotangent', outputs: [network.output] },
    withRespectTo,
  });
  const feeds = { ...network.inputs, [model.objectiveInputs[0]!.name]: cotangent };
  const results = await execute(model.graph.encode(model.sizes), feeds, Object.values(model.gradients));
  return Object.fromEntries(withRespectTo.map((name) => [name, results[model.gradients[name]!]!]));
}
