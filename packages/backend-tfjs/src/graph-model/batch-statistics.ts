import type { JsonNode } from './node.ts';
import { whole, type PartConstant, type Parts } from './parts.ts';
import { textOf } from './text-of.ts';

const normalizations = new Set(['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3']);

/**
 * A batch normalisation by the statistics of what it is given, which is how Keras 2 writes LayerNormalization: in parts, as
 * TensorFlow.js passes over that and normalises by statistics that are empty.
 */
export function byOwnStatistics(node: JsonNode): Parts {
  const isOwn = normalizations.has(node.op) && (node.attr?.['is_training'] as { b?: boolean } | undefined)?.b !== false;
  const [x = '', scale = '', offset = '', mean] = node.input ?? [];
  if (!isOwn || node.attr?.['is_training'] === undefined || mean === undefined) {
    return whole(node);
  }
  const isFirst = textOf((node.attr['data_format'] as { s?: unknown } | undefined)?.s) === 'NCHW';
  const { f: epsilon = 1e-3 } = (node.attr['epsilon'] ?? {}) as { f?: number };
  const constants = new Map<string, PartConstant>();
  const nodes: JsonNode[] = [];
  const constant = (part: string, value: PartConstant): string => {
    constants.set(`${node.name}/${part}`, value);
    return `${node.name}/${part}`;
  };
  const write = (part: string, op: string, input: readonly string[], attr = {}): string => {
    const name = part === '' ? node.name : `${node.name}/${part}`;
    nodes.push({ name, op, input, attr });
    return name;
  };
  const axes = constant('axes', isFirst ? [0, 2, 3] : [0, 1, 2]);
  const keeps = { keep_dims: { b: true } };
  const shape = isFirst ? constant('shape', [1, -1, 1, 1]) : undefined;
  const placed = (part: string, name: string) => (shape === undefined ? name : write(part, 'Reshape', [name, shape]));
  const centred = write('centred', 'Sub', [x, write('mean', 'Mean', [x, axes], keeps)]);
  const variance = write('variance', 'Mean', [write('squares', 'Square', [centred]), axes], keeps);
  const small = constant('epsilon', Number(epsilon));
  const slope = write('slope', 'Rsqrt', [write('moved', 'AddV2', [variance, small])]);
  const scaled = write('scaled', 'Mul', [write('even', 'Mul', [centred, slope]), placed('scale', scale)]);
  write('', 'AddV2', [scaled, placed('offset', offset)]);
  return { nodes, constants };
}
