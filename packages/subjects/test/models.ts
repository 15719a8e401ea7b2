import type {
  AttributeValue,
  Dimension,
  GraphNode,
  LayerSpec,
  Model,
  ModelFacts,
  Tensor,
  TensorSpec,
} from '@understory/core';
import { float32 } from '@understory/core';

export const spec = (
  name: string,
  dims: readonly Dimension[] | undefined,
  type: TensorSpec['type'] = 'float32',
): TensorSpec => ({ name, type, dims });

export const layer = (name: string, dims: readonly Dimension[] | undefined, operator = 'Gemm'): LayerSpec => ({
  ...spec(name, dims),
  ...{ operator, modules: [] },
});

/** `node('Gemm', 'x w', 'y')`: inputs and outputs by name with spaces between them. */
export const node = (
  operator: string,
  inputs: string,
  outputs: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): GraphNode => ({
  ...{ operator, name: outputs, attributes },
  inputs: inputs.split(' '),
  outputs: outputs.split(' '),
});

export interface Parts {
  readonly inputs?: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly layers?: readonly LayerSpec[];
  readonly nodes?: readonly GraphNode[];
  /** Dimensions of weights by name; those called `w...` or `b...` are weights without being named here. */
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly answers?: Readonly<Record<string, Tensor>>;
}

/** A model that answers with the given tensors, whatever it is fed. */
export function modelOf({ inputs, outputs, layers = [], nodes, constants = {}, answers = {} }: Parts): Model {
  const constant = (name: string) =>
    constants[name] ?? (/^[wb]\d*$/.test(name) ? float32(new Float32Array(1), [1, 1, 1, 1]) : undefined);
  return {
    inputs: inputs ?? [spec('pixels', ['N', 3, 64, 64])],
    outputs,
    layers,
    origin: { backend: 'none', executionProvider: 'cpu', sha256: '', remarks: [] },
    ...(nodes && { graph: { nodes, constant } }),
    run: async (_, fetch) => Object.fromEntries(fetch.map((name) => [name, answers[name]!])),
    close: async () => {},
  };
}

export function factsOf(parts: Parts, said: Partial<ModelFacts> = {}): ModelFacts {
  return { model: modelOf(parts), folder: {}, ...said };
}
