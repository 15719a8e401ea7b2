import type { GraphBuilder } from '../builder.ts';
import type { GradientContext } from '../gradient-rule.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import type { Value } from '../types.ts';

/** A quantised input of a node by its places; without a scale a step is one. */
export interface Quantised {
  readonly tensor: number;
  readonly scale?: number;
  readonly zero: number;
  /** The axis along which there is one scale or zero point a slice, where there is not one for the tensor. */
  readonly axis: number;
}

/**
 * What whole numbers stand for. A DequantizeLinear carries their gradient; where none is asked for they are cast instead, since ONNX Runtime
 * fuses a DequantizeLinear of weights with the product behind it into one that rounds the other factor.
 */
export function dequantised({ inputs, graph, wants }: GradientContext, place: Quantised): Value {
  const [tensor, zero] = [inputs[place.tensor]!, inputs[place.zero]];
  const given = place.scale === undefined ? undefined : inputs[place.scale];
  if (wants(tensor.name) || (given && wants(given.name))) {
    const one = graph.constant({ type: 'float32', dims: [], values: [1] });
    const scale = given ?? (zero?.shape?.length === 1 ? graph.op('Expand', [one, graph.shapeOf(zero)]) : one);
    return dequantise(graph, tensor, scale, zero, place.axis);
  }
  const along = (value: Value) => slices(graph, tensor, value, place.axis);
  const type = given?.type ?? 'float32';
  const whole = graph.cast(tensor, type);
  const steps = zero ? graph.sub(whole, along(graph.cast(zero, type))) : whole;
  return given ? graph.mul(steps, along(given)) : steps;
}

/** DequantizeLinear; a scale of one element is one for the tensor, whatever the size along the axis is. */
export function dequantise(
  graph: GraphBuilder,
  tensor: Value,
  scale: Value,
  zero: Value | undefined,
  axis: number,
): Value {
  const rank = tensor.shape?.length;
  const isOne = scale.shape?.length === 0 || scale.shape?.[0] === 1;
  const whole = (value: Value | undefined) => value && (value.shape?.length === 1 ? graph.squeeze(value, [0]) : value);
  if (isOne || rank === undefined) return graph.op('DequantizeLinear', [tensor, whole(scale), whole(zero)]);
  return graph.op('DequantizeLinear', [tensor, scale, zero], { axis: normaliseAxis(axis, rank) });
}

/** A parameter of each slice, shaped so that it broadcasts to the tensor. */
function slices(graph: GraphBuilder, tensor: Value, parameter: Value, axis: number): Value {
  const rank = tensor.shape?.length;
  if (parameter.shape?.length === 0 || parameter.shape?.[0] === 1 || rank === undefined) return parameter;
  const behind = rank - 1 - normaliseAxis(axis, rank);
  return behind === 0 ? parameter : graph.reshape(parameter, [-1, ...Array<number>(behind).fill(1)]);
}
