import type { JsonNode } from './node.ts';
import { whole, type Parts } from './parts.ts';
import { textOf } from './text-of.ts';

/** What a fused operator does first. */
const plain: Readonly<Record<string, string>> = {
  _FusedConv2D: 'Conv2D',
  FusedDepthwiseConv2dNative: 'DepthwiseConv2dNative',
  _FusedMatMul: 'MatMul',
};

/** The activations that TensorFlow.js fuses on every engine. */
const fusable = new Set(['elu', 'leakyrelu', 'prelu', 'relu', 'relu6', 'sigmoid', 'linear']);

/**
 * A fused operator in parts where TensorFlow.js cannot compute it as one, or not differentiate it: dilated with a bias alone, with a
 * bias that is no vector or none, with batch normalisation, or with an activation that newer versions of TensorFlow fuse.
 */
export function unfused(node: JsonNode, shapes: ReadonlyMap<string, readonly number[]>): Parts {
  const operator = plain[node.op];
  const fused = (list(node, 'fused_ops')?.['s'] as readonly string[] | undefined)?.map(textOf);
  if (operator === undefined || fused === undefined) return whole(node);
  const [first = '', ...rest] = fused;
  const dilations = list(node, 'dilations')?.['i'] as readonly (string | number)[] | undefined;
  const isDilated = dilations?.some((rate) => Number(rate) !== 1) ?? false;
  const [image = '', filter = '', ...more] = node.input ?? [];
  const hasVector = (shapes.get(more[0] ?? '')?.length ?? 1) === 1;
  const isFusable = first === 'BiasAdd' && hasVector && rest.every((name) => fusable.has(name.toLowerCase()));
  if (isFusable && !(isDilated && rest.length === 0)) return whole(node);
  const nodes: JsonNode[] = [];
  const constants = new Map<string, number>();
  const steps: readonly Step[] = [
    { op: operator, input: [image, filter], attr: node.attr ?? {} },
    ...fused.map((name) => ({ op: name, input: [], attr: {} })),
  ];
  let at = node.name;
  steps.forEach(({ op, input, attr }, place) => {
    const name = place === steps.length - 1 ? node.name : `${node.name}/${op}`;
    const read = (of: string) => [at, ...more.splice(0, arity(of))];
    if (place === 0) nodes.push({ name, op, input, attr });
    else if (op === 'BiasAdd') nodes.push({ name, op: hasVector ? 'BiasAdd' : 'AddV2', input: read(op), attr });
    else if (normalizations.has(op)) {
      nodes.push({
        name,
        op: 'FusedBatchNormV3',
        input: read(op),
        attr: { ...normalized, epsilon: node.attr?.['epsilon'] },
      });
    } else if (op in composed) {
      const write = (part: string, operation: string, ...inputs: (string | number)[]): string => {
        const own = part === '' ? name : `${name}/${part}`;
        const reads = inputs.map((of, which) => {
          if (typeof of === 'string') return of;
          const constant = `${own}/constant_${which}`;
          constants.set(constant, of);
          return constant;
        });
        nodes.push({ name: own, op: operation, input: reads, attr: {} });
        return own;
      };
      composed[op]!(at, write);
    } else {
      const alpha = node.attr?.['leakyrelu_alpha'];
      nodes.push({ name, op, input: read(op), attr: op === 'LeakyRelu' && alpha !== undefined ? { alpha } : {} });
    }
    at = name;
  });
  return { nodes, constants };
}

interface Step {
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, unknown>>;
}

type Write = (part: string, operator: string, ...inputs: (string | number)[]) => string;

const normalizations = new Set(['FusedBatchNorm']);
const normalized = { data_format: { s: btoa('NHWC') }, is_training: { b: false } };

function arity(operator: string): number {
  if (normalizations.has(operator)) return 4;
  return operator === 'BiasAdd' || operator === 'Prelu' ? 1 : 0;
}

/** Activations that TensorFlow fuses and TensorFlow.js has no operator for. */
const composed: Readonly<Record<string, (x: string, write: Write) => string>> = {
  // x relu6(x + 3) / 6
  _FusedHardSwish: (x, write) => {
    const gate = write('gate', 'Relu6', write('moved', 'AddV2', x, 3));
    return write('', 'Mul', write('product', 'Mul', x, gate), 1 / 6);
  },
  // x (1 + erf(x / sqrt 2)) / 2
  GeluExact: (x, write) => {
    const gate = write('gate', 'AddV2', write('erf', 'Erf', write('scaled', 'Mul', x, Math.SQRT1_2)), 1);
    return write('', 'Mul', write('product', 'Mul', x, gate), 0.5);
  },
  // x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
  GeluApproximate: (x, write) => {
    const cubed = write('cubed', 'Mul', write('square', 'Square', x), x);
    const sum = write('sum', 'AddV2', write('share', 'Mul', cubed, 0.044715), x);
    const gate = write('gate', 'AddV2', write('tanh', 'Tanh', write('scaled', 'Mul', sum, Math.sqrt(2 / Math.PI))), 1);
    return write('', 'Mul', write('product', 'Mul', x, gate), 0.5);
  },
};

function list({ attr }: JsonNode, name: string): Record<string, unknown> | undefined {
  return (attr?.[name] as { readonly list?: Record<string, unknown> } | undefined)?.list;
}
