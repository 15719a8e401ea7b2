import { errors } from '../errors.ts';
import type { Node } from '../node.ts';
import type { Inference } from '../shapes/inference.ts';

/** Throws ONNX_MALFORMED where channels do not divide into the groups of a convolution, of which a runtime may make one after another. */
export function checkGroups(node: Node, inference: Inference): void {
  const isTransposed = node.operator === 'ConvTranspose';
  if (node.domain !== '' || (node.operator !== 'Conv' && !isTransposed)) return;
  const groups = node.int('group', 1);
  const [channels, weights] = [0, 1].map((input) => inference.value(node.inputs[input] ?? '').shape);
  const divided = isTransposed ? channels?.[1] : weights?.[0];
  const isDivided = typeof divided !== 'number' || divided % groups === 0;
  if (groups >= 1 && isDivided) return;
  throw errors.malformed(
    'the channels of a convolution do not divide into its groups',
    `${String(divided)} channels in ${groups} groups, node "${node.name}"`,
  );
}
