import { encode, floats, integers, model, node, valueInfo } from '../bases/onnx-networks.mjs';

export const name = 'numbers';

const smooth = [
  'Tanh',
  'Sigmoid',
  'Softplus',
  'Erf',
  'Softsign',
  'HardSwish',
  'Mish',
  'Elu',
  'Selu',
  'Relu',
  'Identity',
  'Sin',
];

/** Between none and `most` rows of padding on each side. */
const padding = (draw, most) => Array.from({ length: 4 }, () => draw.integer(0, most));

function placement(draw, kernel) {
  return draw.weighted({ pads: 5, same: 2, none: 2 }) === 'pads'
    ? { pads: padding(draw, kernel - 1) }
    : draw.pick([{ auto_pad: 'SAME_UPPER' }, { auto_pad: 'SAME_LOWER' }, { auto_pad: 'VALID' }, {}]);
}

const square = (size) => [size, size];

/** Each adds nodes that read `from` of so many channels: the name and the channels of what comes out. */
const layers = {
  conv(net, draw, from, channels) {
    const group = draw.pick([1, 1, channels]);
    const filters = group === 1 ? draw.integer(2, 5) : channels;
    const [height, width] = [draw.integer(1, 4), draw.integer(1, 4)];
    const weights = net.weights([filters, channels / group, height, width]);
    return net.add('Conv', [from, weights, ...(draw.chance(0.5) ? [net.weights([filters])] : [])], filters, {
      kernel_shape: [height, width],
      strides: [draw.integer(1, 3), draw.integer(1, 5)],
      dilations: draw.chance(0.3) ? square(2) : square(1),
      group,
      ...placement(draw, Math.min(height, width)),
    });
  },
  transposed(net, draw, from, channels) {
    const kernel = draw.integer(1, 4);
    const stride = draw.integer(1, 3);
    const filters = draw.integer(2, 4);
    return net.add('ConvTranspose', [from, net.weights([channels, filters, kernel, kernel])], filters, {
      kernel_shape: square(kernel),
      strides: square(stride),
      dilations: draw.chance(0.3) ? square(2) : square(1),
      ...(stride > 1 && draw.chance(0.4) ? { output_padding: square(draw.integer(0, stride - 1)) } : {}),
      ...placement(draw, kernel),
    });
  },
  pool(net, draw, from, channels) {
    const kernel = draw.integer(1, 4);
    const isMax = draw.chance(0.5);
    return net.add(isMax ? 'MaxPool' : 'AveragePool', [from], channels, {
      kernel_shape: square(kernel),
      strides: [draw.integer(1, 5), draw.integer(1, 4)],
      ceil_mode: draw.integer(0, 1),
      ...(isMax ? (draw.chance(0.3) ? { dilations: square(2) } : {}) : { count_include_pad: draw.integer(0, 1) }),
      ...placement(draw, kernel),
    });
  },
  lp(net, draw, from, channels) {
    return net.add('LpPool', [from], channels, {
      kernel_shape: square(2),
      strides: square(draw.integer(1, 3)),
      p: draw.integer(1, 2),
    });
  },
  resize(net, draw, from, channels) {
    const mode = draw.pick(['nearest', 'linear', 'cubic']);
    const factors = net.constant(floats('', [4], [1, 1, draw.pick([0.5, 1.5, 2, 0.7]), draw.pick([0.5, 1.5, 2])]));
    return net.add('Resize', [from, '', factors], channels, {
      mode,
      coordinate_transformation_mode: draw.pick(['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel']),
      ...(mode === 'nearest'
        ? { nearest_mode: draw.pick(['round_prefer_floor', 'floor', 'ceil', 'round_prefer_ceil']) }
        : {}),
      ...(mode !== 'nearest' && net.opset >= 18 && draw.chance(0.3) ? { antialias: 1 } : {}),
    });
  },
  pad(net, draw, from, channels) {
    const [top, left, bottom, right] = Array.from({ length: 4 }, () => draw.integer(-1, 2));
    const amounts = net.constant(integers('', [0, 0, top, left, 0, 0, bottom, right]));
    return net.add('Pad', [from, amounts], channels, { mode: draw.pick(['constant', 'reflect', 'edge']) });
  },
  slice(net, draw, from, channels) {
    const step = draw.pick([1, 2, -1, -2]);
    const [start, end] = step > 0 ? [draw.integer(0, 2), draw.pick([1000, -1])] : [draw.pick([-1, 1000]), -1000];
    const inputs = [[start], [end], [draw.pick([2, 3])], [step]].map((list) => net.constant(integers('', list)));
    return net.add('Slice', [from, ...inputs], channels);
  },
  norm(net, draw, from, channels) {
    const kind = draw.pick(['InstanceNormalization', 'BatchNormalization', 'LRN', 'LpNormalization']);
    if (kind === 'LRN') return net.add('LRN', [from], channels, { size: draw.integer(1, 4), alpha: { f: 0.3 } });
    if (kind === 'LpNormalization') return net.add(kind, [from], channels, { axis: draw.integer(1, 3), p: 2 });
    const own = [net.weights([channels]), net.weights([channels])];
    if (kind === 'InstanceNormalization') return net.add(kind, [from, ...own], channels);
    const spread = net.constant(
      floats(
        '',
        [channels],
        Array.from({ length: channels }, () => 0.5 + draw.uniform()),
      ),
    );
    return net.add(kind, [from, ...own, net.weights([channels]), spread], channels);
  },
  activation: (net, draw, from, channels) => net.add(draw.pick(smooth), [from], channels),
  gate(net, draw, from, channels) {
    const { name: gate } = net.add('Sigmoid', [from], channels);
    return net.add(
      draw.pick(['Mul', 'Add', 'Sub', 'Div', 'Max', 'Min']),
      draw.chance(0.5) ? [from, gate] : [gate, from],
      channels,
    );
  },
  spread(net, draw, from, channels) {
    const { name: mean } = net.add(
      draw.pick(['ReduceMean', 'ReduceMax', 'ReduceL2', 'ReduceLogSumExp']),
      [from],
      channels,
      {
        ...(net.opset < 18 ? { axes: [draw.integer(1, 3)] } : {}),
        keepdims: 1,
      },
    );
    return net.add('Sub', [from, mean], channels);
  },
  softmax: (net, draw, from, channels) =>
    net.add(draw.pick(['Softmax', 'LogSoftmax']), [from], channels, { axis: draw.integer(1, 3) }),
  turn: (net, draw, from, channels) => net.add('Transpose', [from], channels, { perm: [0, 1, 3, 2] }),
  double: (net, draw, from, channels) => net.add('Concat', [from, from], 2 * channels, { axis: 1 }),
};

class Net {
  nodes = [];
  initializers = [];
  #draw;

  constructor(draw, opset) {
    this.#draw = draw;
    this.opset = opset;
  }

  add(opType, inputs, channels, attributes = {}) {
    const name = `t${this.nodes.length}`;
    this.nodes.push(node(opType, inputs, name, attributes));
    return { name, channels };
  }

  constant(tensor) {
    tensor.name = `w${this.initializers.length}`;
    this.initializers.push(tensor);
    return tensor.name;
  }

  weights(dims) {
    const length = dims.reduce((size, dim) => size * dim, 1);
    return this.constant(floats('', dims, this.#draw.normals(length, 0.4)));
  }
}

/** A small network with layers in settings that nobody exports: each backend computes the same, and gradients are differences. */
export async function make(draw) {
  const net = new Net(draw, draw.pick([13, 15, 17, 18, 19, 20, 21]));
  let at = { name: 'x', channels: 3 };
  for (let count = draw.integer(1, 4); count > 0; count -= 1) {
    at = layers[draw.pick(Object.keys(layers))](net, draw, at.name, at.channels);
  }
  const title = net.nodes.map(({ opType }) => opType).join(' ');
  const { name: pooled } = net.add('GlobalAveragePool', [at.name], at.channels);
  const { name: flat } = net.add('Flatten', [pooled], at.channels);
  const head = net.weights([at.channels, 3]);
  net.nodes.push(node('MatMul', [flat, head], 'logits'));
  // Of the tensor that a layer norm would be read from, and so that several paths lead to the logits.
  const size = draw.integer(5, 13);
  const proto = model(
    {
      inputs: [valueInfo('x', [draw.pick(['N', 2]), 3, size, draw.pick([size, size + 2])])],
      outputs: [valueInfo('logits', ['N', 3])],
      ...{ nodes: net.nodes, initializers: net.initializers },
    },
    { opset: net.opset },
  );
  return {
    title: `opset ${net.opset}: ${title}`,
    files: { 'model.onnx': encode(proto) },
    steps: [{ argv: ['numbers', 'model.onnx', String(draw.integer(0, 1e6)), '--json', '--quiet'] }],
    async check({ steps: [{ outcome }] }) {
      return outcome.stdout === '' ? [] : JSON.parse(outcome.stdout).problems;
    },
  };
}
