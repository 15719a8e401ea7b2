import { readWindow, spanOf } from '../attributes/window.ts';
import { errors } from '../errors.ts';
import type { Node } from '../node.ts';
import type { Inference } from '../shapes/inference.ts';
import { staticShape } from '../types.ts';

const sliding = new Set(['AveragePool', 'Conv', 'LpPool', 'MaxPool']);

/**
 * Throws RUN_FAILED where a window is larger than its padded input, so that it has no place: some runtimes count down to one place
 * all the same, and compute over what is not there. Sizes that are not known are not checked.
 */
export function checkWindow(node: Node, inference: Inference): void {
  if (node.domain !== '' || !sliding.has(node.operator)) return;
  const [x, weights] = [0, 1].map((input) => staticShape(inference.value(node.inputs[input] ?? '').shape));
  const window = x && readWindow(node, x, node.operator === 'Conv' ? weights : undefined);
  if (!window || window.autoPad) return;
  const { kernel, strides, dilations, pads, ceil } = window;
  const sizes = x.slice(2);
  const spans = kernel.map((taps, axis) => (typeof taps === 'number' ? spanOf(taps, dilations[axis]!) : 0));
  const hasPlaces = sizes.every((size, axis) => {
    const room = size + pads!.begin[axis]! + pads!.end[axis]! - spans[axis]!;
    return (ceil ? Math.ceil(room / strides[axis]!) : Math.floor(room / strides[axis]!)) >= 0;
  });
  if (hasPlaces) return;
  const padding = pads!.begin.some(Boolean) || pads!.end.some(Boolean);
  const around = padding ? ` padded by [${[...pads!.begin, ...pads!.end].join(', ')}]` : '';
  throw errors.windowTooLarge(
    `a window [${spans.join(', ')}] over [${sizes.join(', ')}]${around}, of ${node.operator} in node "${node.name}"`,
  );
}
