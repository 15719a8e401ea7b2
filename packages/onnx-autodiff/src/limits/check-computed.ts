import { errors } from '../errors.ts';
import type { Graph } from '../graph.ts';
import type { Inference } from '../shapes/inference.ts';
import { staticShape } from '../types.ts';
import { checkGroups } from './check-groups.ts';
import { checkWindow } from './check-windows.ts';
import { limits } from './limits.ts';

/** What gives another number each time is never computed ahead. */
const drawn = new Set([
  'RandomNormal',
  'RandomUniform',
  'RandomNormalLike',
  'RandomUniformLike',
  'Bernoulli',
  'Multinomial',
]);

/**
 * Throws ONNX_TOO_LARGE where a tensor whose sizes are known ahead is beyond the limits, RUN_FAILED where a window has no place and
 * ONNX_MALFORMED where channels do not divide into groups, so that no runtime is asked for any of these.
 */
export function checkComputed(graph: Graph, inference: Inference): void {
  const constants = new Set(graph.initializers.keys());
  let total = 0;
  for (const node of graph.nodes) {
    checkGroups(node, inference);
    checkWindow(node, inference);
    const isConstant =
      !drawn.has(node.operator) && [...node.inputs, ...node.captures].every((name) => !name || constants.has(name));
    for (const name of node.outputs) {
      if (!name) continue;
      const { shape } = inference.value(name);
      const sizes = staticShape(shape);
      const count = sizes?.reduce((product, size) => product * size, 1) ?? 0;
      const where = `"${name}", [${shape?.join(', ') ?? ''}], of ${node.operator} in node "${node.name}"`;
      if (sizes?.some((size) => !Number.isInteger(size) || size < 0)) {
        throw errors.malformed('a tensor has a size that is none', where);
      }
      if (count > limits.elements) {
        throw errors.tooLarge('a tensor is larger than any image model needs', where, `${limits.elements} elements`);
      }
      if (!isConstant) continue;
      constants.add(name);
      total += count;
      if (total > limits.constantElements) {
        throw errors.tooLarge(
          'its constants are computed to more than memory is for',
          where,
          `${limits.constantElements} elements in all`,
        );
      }
    }
  }
}
