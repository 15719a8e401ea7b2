import * as tf from '@tensorflow/tfjs-core';
import type { Graph, Inference, Node } from '@understory/onnx-autodiff';
import type { Layout } from './operator.ts';
import { operators } from './operators/index.ts';

/** How every tensor of rank 4 lies: with channels last from a convolution on until something needs them first. */
export function layoutsOf(
  graph: Graph,
  inference: Inference,
  isConstant: (name: string) => boolean,
): ReadonlyMap<string, Layout> {
  const layouts = new Map<string, Layout>();
  for (const node of graph.nodes) {
    if (node.outputs.every((output) => output === '' || isConstant(output))) continue;
    if (writtenBy(node, inference, (name) => layouts.get(name) ?? 'first') === 'first') continue;
    for (const output of node.outputs) if (output) layouts.set(output, 'last');
  }
  return layouts;
}

/** How a node's outputs lie when its inputs lie as they do. */
export function writtenBy(node: Node, inference: Inference, layoutOf: (name: string) => Layout): Layout {
  const rank = (name: string | undefined) => (name ? inference.value(name).shape?.length : undefined);
  const written = operators[node.operator]?.writes?.({
    node,
    count: node.inputs.length,
    rank: (input) => rank(node.inputs[input]),
    layoutOf: (input) => layoutOf(node.inputs[input] ?? ''),
    outputRank: rank(node.outputs.find(Boolean)),
  });
  return written ?? 'first';
}

/** A tensor of at most four axes as `[N, h, w, C]`, with axes in front where it has fewer. */
export function channelsLast(x: tf.Tensor): tf.Tensor {
  const sizes = [...Array<number>(4 - x.rank).fill(1), ...x.shape];
  const [batch, channels, height, width] = sizes as [number, number, number, number];
  const isMoved = channels > 1 && height * width > 1;
  if (!isMoved) return tf.reshape(x, [batch, height, width, channels]);
  return tf.transpose(tf.reshape(x, [batch, channels, height, width]), [0, 2, 3, 1]);
}

/** `[N, h, w, C]` as `[N, C, h, w]`. */
export function channelsFirst(x: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const isMoved = channels > 1 && height * width > 1;
  return isMoved ? tf.transpose(x, [0, 3, 1, 2]) : tf.reshape(x, [batch, channels, height, width]);
}
