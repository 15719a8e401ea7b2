import { Node, parseModel, writeTensor } from '@understory/onnx-autodiff';

/**
 * A copy of a model whose weights of convolutions are integers of so many bits, each channel with a scale of its own, behind a
 * DequantizeLinear as exporters write them; fewer bits than eight make a copy that differs.
 */
export function quantisedCopy(bytes: Uint8Array, { bits = 8 }: { readonly bits?: number } = {}): Uint8Array {
  const graph = parseModel(bytes);
  const initializers = new Map(graph.initializers);
  const nodes: Node[] = [];
  const most = 2 ** (bits - 1) - 1;
  for (const node of graph.nodes) {
    const weights = node.operator === 'Conv' ? graph.constant(node.inputs[1]!) : undefined;
    if (weights === undefined || weights.type !== 'float32') {
      nodes.push(node);
      continue;
    }
    const [input, name, ...others] = node.inputs as [string, string, ...string[]];
    const [channels = 1] = weights.dims;
    const values = Float32Array.from(weights.values);
    const size = values.length / channels;
    const scales = Float32Array.from({ length: channels }, (_, channel) => {
      const own = values.subarray(channel * size, (channel + 1) * size);
      return Math.max(1e-12, ...own.map(Math.abs)) / most;
    });
    const whole = Int8Array.from(values, (value, at) => Math.round(value / scales[Math.floor(at / size)]!));
    const put = (tensor: string, constant: Parameters<typeof writeTensor>[1]) =>
      initializers.set(tensor, { proto: writeTensor(tensor, constant) });
    put(`${name}.whole`, { type: 'int8', dims: weights.dims, values: whole });
    put(`${name}.scale`, { type: 'float32', dims: [channels], values: scales });
    put(`${name}.zero`, { type: 'int8', dims: [channels], values: new Int8Array(channels) });
    initializers.delete(name);
    const restored = `${name}.restored`;
    nodes.push(
      Node.of('DequantizeLinear', [`${name}.whole`, `${name}.scale`, `${name}.zero`], [restored], { axis: 0 }),
      node.with({ inputs: [input, restored, ...others] }),
    );
  }
  return graph.with({ nodes, initializers }).encode();
}
