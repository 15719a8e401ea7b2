import { Inference, Node, parseModel, type Dim, type Graph, type Shape, type Value } from '@understory/onnx-autodiff';

/** What is known of tensors before they are computed. */
export interface Facts {
  readonly opset: number;
  value(name: string): Value;
  /** The elements of a small tensor, by name where they are sizes that are open. */
  known(name: string): readonly Dim[] | undefined;
  /** Whether an Add computes a tensor that one node alone reads, which the runtime may merge with that node. */
  isOwnSum(name: string): boolean;
}

/** A form of an operator that WebGPU does not compute as ONNX defines it. */
export interface WebGpuGap {
  readonly operator: string;
  /** ONNX's own where absent. */
  readonly domain?: string;
  readonly form: string;
  /** Whether numbers come out wrong, or the run is refused. */
  readonly what: 'wrong' | 'refused';
  /** Whether a node has the form, or may have it where that is not known ahead. */
  has(node: Node, facts: Facts): boolean;
}

/** Activations that the recurrent kernels of WebGPU have. */
const activations = /^(sigmoid|tanh|relu)$/i;

const hasOtherActivations = (node: Node) =>
  node.strings('activations')?.some((name) => !activations.test(name)) === true;

const microsoft = { domain: 'com.microsoft' } as const;

/** Of ONNX Runtime 1.30, found by `npm run webgpu`; decision 0023. */
export const webGpuGaps: readonly WebGpuGap[] = [
  {
    ...{ operator: 'Conv', form: 'three spatial axes in groups', what: 'refused' },
    has: (node, { value }) => node.int('group', 1) > 1 && spatialAxes(node, value) === 3,
  },
  {
    ...{ operator: 'ConvTranspose', form: 'groups of several input channels with one output channel', what: 'wrong' },
    has(node, { value }) {
      const group = node.int('group', 1);
      const [inputs, outputs] = value(node.inputs[1]!).shape ?? [];
      return group > 1 && inputs !== group && (outputs === 1 || typeof outputs !== 'number');
    },
  },
  {
    ...{ operator: 'ConvTranspose', form: 'three spatial axes', what: 'refused' },
    has: (node, { value }) => spatialAxes(node, value) === 3,
  },
  {
    ...{ operator: 'Einsum', form: 'an ellipsis, or axes that are broadcast', what: 'wrong' },
    has(node, { value }) {
      const [left] = node.string('equation', '').replaceAll(' ', '').split('->');
      const sizes = new Map<string, unknown>();
      return left!.split(',').some((term, at) => {
        const shape = value(node.inputs[at]!).shape;
        if (shape?.length !== term.length) return true;
        return [...term].some((label, axis) => {
          const isOther = sizes.has(label) && sizes.get(label) !== shape[axis];
          sizes.set(label, shape[axis]);
          return isOther;
        });
      });
    },
  },
  {
    ...{ operator: 'GRU', form: 'activations other than Sigmoid, Tanh and Relu', what: 'refused' },
    has: hasOtherActivations,
  },
  {
    ...{ operator: 'LayerNormalization', form: 'a scale or bias that is broadcast', what: 'refused' },
    has(node, { value }) {
      const input = value(node.inputs[0]!).shape;
      const normalised = input?.slice(node.int('axis', -1));
      return node.inputs.slice(1).some((name) => name !== '' && !isSame(value(name).shape, normalised));
    },
  },
  {
    ...{ operator: 'LayerNormalization', form: 'InvStdDev of a sum that nothing else reads', what: 'refused' },
    has: ({ inputs, outputs }, { isOwnSum }) => Boolean(outputs[2]) && isOwnSum(inputs[0]!),
  },
  {
    ...{ operator: 'LSTM', form: 'activations other than Sigmoid, Tanh and Relu', what: 'refused' },
    has: hasOtherActivations,
  },
  {
    ...{ operator: 'MaxPool', form: 'with Indices', what: 'refused' },
    has: ({ outputs }) => Boolean(outputs[1]),
  },
  {
    ...{ operator: 'Pow', form: 'an exponent that is broadcast, unless it is one number', what: 'refused' },
    has({ inputs: [base, exponent] }, { value }) {
      const [of, to] = [value(base!).shape, value(exponent!).shape];
      const isOne = to !== undefined && (to.length === 0 || to.join() === '1');
      return !isOne && !isSame(of, to);
    },
  },
  {
    ...{ operator: 'Resize', form: 'antialias', what: 'refused' },
    has: (node) => node.int('antialias', 0) === 1,
  },
  {
    ...{ operator: 'Resize', form: 'half_pixel_symmetric', what: 'wrong' },
    has: (node) => node.string('coordinate_transformation_mode') === 'half_pixel_symmetric',
  },
  {
    ...{ operator: 'Resize', form: 'channels last, or samples or channels that are resized', what: 'wrong' },
    has(node, facts) {
      const [input, , scales, sizes] = node.inputs;
      const { shape } = facts.value(input!);
      const axes = node.ints('axes') ?? shape?.map((_, axis) => axis);
      const [factors, wanted] = [scales, sizes].map((name) => (name ? facts.known(name) : undefined));
      if (shape === undefined || axes === undefined || (factors === undefined && wanted === undefined)) return true;
      return axes.some((axis, at) => {
        const place = axis < 0 ? axis + shape.length : axis;
        return place < 2 && factors?.[at] !== 1 && wanted?.[at] !== shape[place];
      });
    },
  },
  {
    ...{ operator: 'Slice', form: 'a negative step', what: 'wrong' },
    has({ inputs }, { known }) {
      const steps = inputs[4];
      return Boolean(steps) && known(steps!)?.every((step) => typeof step === 'number' && step > 0) !== true;
    },
  },
  {
    ...{ operator: 'Softmax', form: 'over several axes as one, before opset 13', what: 'refused' },
    has(node, { opset, value }) {
      const rank = value(node.inputs[0]!).shape?.length;
      const axis = node.int('axis', 1);
      return opset < 13 && axis !== -1 && (rank === undefined || axis !== rank - 1);
    },
  },
  { ...microsoft, operator: 'FusedConv', form: 'any activation', what: 'wrong', has: () => true },
  {
    ...{ ...microsoft, operator: 'MultiHeadAttention', form: 'unidirectional', what: 'wrong' },
    has: (node) => node.int('unidirectional', 0) === 1,
  },
  {
    ...{ ...microsoft, operator: 'MultiHeadAttention', form: 'keys that are hidden', what: 'refused' },
    has: ({ inputs }) => Boolean(inputs[4]),
  },
  ...['SkipLayerNormalization', 'SkipSimplifiedLayerNormalization'].map((operator): WebGpuGap => ({
    ...{ ...microsoft, operator, form: 'with the sum beside it', what: 'refused' },
    has: ({ outputs }) => Boolean(outputs[3]),
  })),
];

function spatialAxes(node: Node, value: Facts['value']): number | undefined {
  const shape = value(node.inputs[1]!).shape ?? value(node.inputs[0]!).shape;
  return shape === undefined ? node.ints('kernel_shape')?.length : shape.length - 2;
}

/** Sizes that are open are the same where they have one name. */
function isSame(one: Shape, other: Shape): boolean {
  return one !== undefined && other !== undefined && one.join() === other.join();
}

/** A model as it is given to the runtime, and what to run it on. */
export interface Placement {
  readonly model: Uint8Array;
  readonly provider: string | { readonly name: 'webgpu'; readonly forceCpuNodeNames: readonly string[] };
}

/**
 * On WebGPU, the nodes that have one of the gaps stay on the processor, which the runtime is told by their names. Of tensors in bodies nothing
 * is taken to be known.
 */
export function placedOn(device: string, model: Uint8Array): Placement {
  if (device !== 'webgpu') return { model, provider: device };
  const graph = parseModel(model);
  const kept = nodesWithGaps(graph);
  if (kept.length === 0) return { model, provider: device };
  for (const [at, { proto }] of kept.entries()) proto.name ||= `kept off WebGPU/${at}`;
  return {
    model: graph.encode(),
    provider: { name: 'webgpu', forceCpuNodeNames: kept.map(({ proto }) => proto.name) },
  };
}

const bodies = ['then_branch', 'else_branch', 'body'] as const;

const inBodies = {
  value: (name: string): Value => ({ name, type: undefined, shape: undefined }),
  known: () => undefined,
  isOwnSum: () => true,
} as const;

function nodesWithGaps(graph: Graph): readonly Node[] {
  let inference: Inference | undefined;
  const { opset } = graph;
  const around: Facts = {
    opset,
    value: (name) => (inference ??= new Inference(graph)).value(name),
    known: (name) => (inference ??= new Inference(graph)).known(name)?.values,
    isOwnSum(name) {
      const producer = graph.producerOf(name);
      if (producer === undefined || graph.nodes[producer]!.operator !== 'Add') return false;
      return graph.nodes.filter(({ inputs }) => inputs.includes(name)).length === 1;
    },
  };
  const waiting = graph.nodes.map((node) => ({ node, facts: around }));
  const found: Node[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, facts } = next;
    const gaps = webGpuGaps.filter(({ operator, domain = '' }) => operator === node.operator && domain === node.domain);
    if (gaps.some((gap) => gap.has(node, facts))) found.push(node);
    for (const inner of bodies.flatMap((name) => node.graph(name)?.node ?? [])) {
      waiting.push({ node: new Node(inner), facts: { opset, ...inBodies } });
    }
  }
  return found;
}
