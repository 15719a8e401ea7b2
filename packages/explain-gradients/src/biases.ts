import { layerReadings, toFloat32 } from '@understory/core';
import type { GraphNode, GraphView, Model, Tensor } from '@understory/core';

/** A constant that a node adds to what it computes. */
export interface Bias {
  /** The tensor that it is added to. */
  readonly layer: string;
  /** The bias times the gradient of the layer, element by element. */
  contribution(gradient: Tensor): Float32Array;
}

/** Every constant that the nodes of a graph add to tensors that `isOnPath`: biases, and what BatchNormalization amounts to. */
export function biasesOf(model: Model, graph: GraphView, isOnPath: (name: string) => boolean): readonly Bias[] {
  const layers = new Set(model.layers.map(({ name }) => name));
  return graph.nodes.flatMap((node): readonly Bias[] => {
    const [layer = ''] = node.outputs;
    const bias = layers.has(layer) && isOnPath(layer) ? biasOf(graph, node) : undefined;
    if (bias === undefined) return [];
    const { values, isPerChannel } = bias;
    if (values.data.every((value) => value === 0)) return [];
    return [
      {
        layer,
        contribution(gradient) {
          const { dims } = gradient;
          const shape = isPerChannel ? alongChannels(model, layer, dims, values.data.length) : values.dims;
          return timesBroadcast(toFloat32(gradient), dims, values.data, shape);
        },
      },
    ];
  });
}

interface Constant {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

/** The constant that a node adds, one number a channel or as it is broadcast. */
function biasOf(
  graph: GraphView,
  { operator, inputs, attributes }: GraphNode,
): { readonly values: Constant; readonly isPerChannel: boolean } | undefined {
  const constant = (name = ''): Constant | undefined => {
    const found = name === '' ? undefined : graph.constant(name);
    return found && { dims: found.dims, data: Float64Array.from(toFloat32(found)) };
  };
  const scaled = ({ dims, data }: Constant, factor: number): Constant => ({
    dims,
    data: data.map((value) => factor * value),
  });
  switch (operator) {
    case 'Conv':
    case 'ConvTranspose': {
      const values = constant(inputs[2]);
      return values && { values, isPerChannel: true };
    }
    case 'Gemm': {
      const values = constant(inputs[2]);
      const { beta = 1 } = attributes;
      return values && { values: scaled(values, Number(beta)), isPerChannel: false };
    }
    case 'BatchNormalization': {
      const [scale, bias, mean, variance] = inputs.slice(1, 5).map(constant);
      if (!scale || !bias || !mean || !variance) return undefined;
      const { epsilon = 1e-5 } = attributes;
      const data = bias.data.map(
        (value, k) => value - (mean.data[k]! * scale.data[k]!) / Math.sqrt(variance.data[k]! + Number(epsilon)),
      );
      return { values: { dims: bias.dims, data }, isPerChannel: true };
    }
    case 'Add':
    case 'Sub': {
      const [left, right] = [constant(inputs[0]), constant(inputs[1])];
      const values = right && operator === 'Sub' ? scaled(right, -1) : (left ?? right);
      return values && { values, isPerChannel: false };
    }
    default:
      return undefined;
  }
}

/** The dimensions that lay one number a channel along the layer's channels. */
function alongChannels(model: Model, layer: string, dims: readonly number[], channels: number): readonly number[] {
  const reading = layerReadings(model).get(layer);
  const read =
    typeof reading === 'object'
      ? reading.axes.findIndex(({ factors }) => factors.some(({ role }) => role === 'channel'))
      : -1;
  const axis = read >= 0 && dims[read] === channels ? read : dims[1] === channels ? 1 : dims.length - 1;
  return dims.map((_, at) => (at === axis ? channels : 1));
}

/** The product of a tensor and what is broadcast to its shape. */
function timesBroadcast(
  values: Float32Array,
  dims: readonly number[],
  constant: Float64Array,
  shape: readonly number[],
): Float32Array {
  // How far a step along each axis goes in the constant: nowhere where it is broadcast.
  const steps = dims.map(() => 0);
  let stride = 1;
  for (let back = 1; back <= shape.length; back += 1) {
    const size = shape[shape.length - back]!;
    if (size > 1) steps[dims.length - back] = stride;
    stride *= size;
  }
  return values.map((value, at) => {
    let rest = at;
    let from = 0;
    for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
      from += (rest % dims[axis]!) * steps[axis]!;
      rest = Math.floor(rest / dims[axis]!);
    }
    return value * constant[from]!;
  });
}
