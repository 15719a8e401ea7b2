import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as Type,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@understory/core';
import { root } from '../paths.mjs';

/** An attribute from a plain value: integers, floats as `{ f }`, texts, lists, tensors, graphs. */
export function attribute(name, value) {
  const make = (fields) => create(AttributeProtoSchema, { name, ...fields });
  if (typeof value === 'number') return make({ type: Type.INT, i: BigInt(value) });
  if (typeof value === 'string') return make({ type: Type.STRING, s: new TextEncoder().encode(value) });
  if (Array.isArray(value)) return make({ type: Type.INTS, ints: value.map(BigInt) });
  if (value.$typeName === 'onnx.TensorProto') return make({ type: Type.TENSOR, t: value });
  if (value.$typeName === 'onnx.GraphProto') return make({ type: Type.GRAPH, g: value });
  return make({ type: Type.FLOAT, f: value.f });
}

export function node(opType, input, output, attributes = {}, domain = '') {
  return create(NodeProtoSchema, {
    ...{ opType, input, output: [output].flat(), domain, name: `body/${opType}_${[output].flat()[0]}` },
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });
}

export function floats(name, dims, values) {
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  return create(TensorProtoSchema, {
    ...{ name, dataType: 1, dims: dims.map(BigInt) },
    rawData: new Uint8Array(data.buffer.slice(0)),
  });
}

export function integers(name, values) {
  const data = BigInt64Array.from(values.map(BigInt));
  return create(TensorProtoSchema, {
    ...{ name, dataType: 7, dims: [BigInt(values.length)] },
    rawData: new Uint8Array(data.buffer),
  });
}

export const dimension = (value) => create(TensorShapeProto_DimensionSchema, { value });

export function valueInfo(name, dims, elemType = 1) {
  const dim = dims.map((size) =>
    dimension(typeof size === 'string' ? { case: 'dimParam', value: size } : { case: 'dimValue', value: BigInt(size) }),
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } },
  });
}

export function graph({ nodes, inputs, outputs, initializers = [], name = 'fuzz' }) {
  return create(GraphProtoSchema, { name, node: nodes, input: inputs, output: outputs, initializer: initializers });
}

export function model(parts, { opset = 17, functions = [], domains = [] } = {}) {
  return create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: 'fuzz',
    graph: graph(parts),
    opsetImport: [{ domain: '', version: BigInt(opset) }, ...domains.map((domain) => ({ domain, version: 1n }))],
    functions,
  });
}

export const encode = (proto) => toBinary(ModelProtoSchema, proto);
export const decode = (bytes) => fromBinary(ModelProtoSchema, bytes);

/** Weights that are the same in every run. */
function weights(name) {
  const random = seededRandom('fuzz weights').fork(name);
  return (dims, scale = 0.4) =>
    floats(
      name,
      dims,
      Float32Array.from({ length: dims.reduce((size, dim) => size * dim, 1) }, () => random.normal() * scale),
    );
}
const w = (name, dims, scale) => weights(name)(dims, scale);

const classes = 4;
const head = (from, channels) => ({
  nodes: [
    node('GlobalAveragePool', [from], 'gap'),
    node('Flatten', ['gap'], 'flat'),
    node('Gemm', ['flat', 'head.w', 'head.b'], 'logits', { transB: 1 }),
  ],
  initializers: [w('head.w', [classes, channels]), w('head.b', [classes])],
});

const image = (batch = 'N', elemType = 1) => [valueInfo('x', [batch, 3, 16, 16], elemType)];
const logits = (batch = 'N') => [valueInfo('logits', [batch, classes])];

const networks = {
  plain() {
    const { nodes, initializers } = head('r2', 8);
    return model({
      ...{ inputs: image(), outputs: logits() },
      nodes: [
        node('Conv', ['x', 'c1.w', 'c1.b'], 'c1', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
        node('Relu', ['c1'], 'r1'),
        node('MaxPool', ['r1'], 'p1', { kernel_shape: [2, 2], strides: [2, 2] }),
        node('Conv', ['p1', 'c2.w'], 'c2', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] }),
        node('Relu', ['c2'], 'r2'),
        ...nodes,
      ],
      initializers: [w('c1.w', [6, 3, 3, 3]), w('c1.b', [6]), w('c2.w', [8, 6, 3, 3]), ...initializers],
    });
  },
  residual() {
    const { nodes, initializers } = head('last', 6);
    const perChannel = (name) => w(name, [6], 0.1);
    return model({
      ...{ inputs: image(2), outputs: logits(2) },
      nodes: [
        node('Conv', ['x', 'c1.w'], 'c1', { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [2, 2] }),
        node('BatchNormalization', ['c1', 'bn.s', 'bn.b', 'bn.m', 'bn.v'], 'n1', { epsilon: { f: 1e-5 } }),
        node('HardSigmoid', ['n1'], 'g1', { alpha: { f: 0.2 } }),
        node('Mul', ['n1', 'g1'], 's1'),
        node('Conv', ['s1', 'd.w'], 'd', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 6 }),
        node('Add', ['d', 's1'], 'sum'),
        node('AveragePool', ['sum'], 'avg', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
        node('ConvTranspose', ['avg', 't.w'], 'up', { kernel_shape: [2, 2], strides: [2, 2] }),
        node('LeakyRelu', ['up'], 'last', { alpha: { f: 0.1 } }),
        ...nodes,
      ],
      initializers: [
        ...[w('c1.w', [6, 3, 3, 3]), perChannel('bn.s'), perChannel('bn.b'), perChannel('bn.m')],
        ...[floats('bn.v', [6], [1, 1, 2, 1, 3, 1]), w('d.w', [6, 1, 3, 3]), w('t.w', [6, 6, 2, 2]), ...initializers],
      ],
    });
  },
  transformer() {
    const width = 8;
    return model({
      ...{ inputs: image(), outputs: logits() },
      nodes: [
        node('Conv', ['x', 'patch.w'], 'patches', { kernel_shape: [4, 4], strides: [4, 4] }),
        node('Reshape', ['patches', 'to.tokens'], 'columns'),
        node('Transpose', ['columns'], 'tokens', { perm: [0, 2, 1] }),
        node('LayerNormalization', ['tokens', 'ln.s', 'ln.b'], 'normal', { axis: -1 }),
        node('MatMul', ['normal', 'q.w'], 'q'),
        node('MatMul', ['normal', 'k.w'], 'k'),
        node('MatMul', ['normal', 'v.w'], 'v'),
        node('Transpose', ['k'], 'kt', { perm: [0, 2, 1] }),
        node('MatMul', ['q', 'kt'], 'scores'),
        node('Softmax', ['scores'], 'attention', { axis: -1 }),
        node('MatMul', ['attention', 'v'], 'mixed'),
        node('Add', ['mixed', 'tokens'], 'block'),
        node('Erf', ['block'], 'gate'),
        node('Mul', ['block', 'gate'], 'active'),
        node('ReduceMean', ['active'], 'pooled', { axes: [1], keepdims: 0 }),
        node('MatMul', ['pooled', 'head.w'], 'scaled'),
        node('Add', ['scaled', 'head.b'], 'logits'),
      ],
      initializers: [
        ...[
          w('patch.w', [width, 3, 4, 4]),
          integers('to.tokens', [0, width, -1]),
          w('ln.s', [width]),
          w('ln.b', [width]),
        ],
        ...[w('q.w', [width, width]), w('k.w', [width, width]), w('v.w', [width, width])],
        ...[w('head.w', [width, classes]), w('head.b', [classes])],
      ],
    });
  },
  channelsLast() {
    const { nodes, initializers } = head('back', 6);
    return model({
      inputs: [valueInfo('x', ['N', 16, 16, 3])],
      outputs: logits(),
      nodes: [
        node('Transpose', ['x'], 'nchw', { perm: [0, 3, 1, 2] }),
        node('Conv', ['nchw', 'c.w'], 'c', { kernel_shape: [3, 3], strides: [2, 2] }),
        node('Transpose', ['c'], 'nhwc', { perm: [0, 2, 3, 1] }),
        node('MatMul', ['nhwc', 'mix.w'], 'mixed'),
        node('Clip', ['mixed', 'low', 'high'], 'clipped'),
        node('Transpose', ['clipped'], 'back', { perm: [0, 3, 1, 2] }),
        ...nodes,
      ],
      initializers: [
        ...[w('c.w', [6, 3, 3, 3]), w('mix.w', [6, 6]), floats('low', [], [0]), floats('high', [], [6])],
        ...initializers,
      ],
    });
  },
  branches() {
    const branch = (scale, name) =>
      graph({
        ...{ name, inputs: [], outputs: [valueInfo(`${name}.y`, ['N', 6, 8, 8])] },
        nodes: [node('Mul', ['c', `${name}.s`], `${name}.y`)],
        initializers: [floats(`${name}.s`, [], [scale])],
      });
    const { nodes, initializers } = head('r', 6);
    return model({
      ...{ inputs: image(), outputs: logits() },
      nodes: [
        node('Conv', ['x', 'c.w'], 'c', { kernel_shape: [2, 2], strides: [2, 2] }),
        node('If', ['yes'], 'chosen', { then_branch: branch(2, 'then'), else_branch: branch(3, 'else') }),
        node('Relu', ['chosen'], 'r'),
        ...nodes,
      ],
      initializers: [
        w('c.w', [6, 3, 2, 2]),
        create(TensorProtoSchema, { name: 'yes', dataType: 9, dims: [], rawData: new Uint8Array([1]) }),
        ...initializers,
      ],
    });
  },
  functions() {
    const { nodes, initializers } = head('act', 6);
    const swish = create(FunctionProtoSchema, {
      ...{ name: 'Swish', domain: 'local', input: ['a'], output: ['b'] },
      node: [node('Sigmoid', ['a'], 's'), node('Mul', ['a', 's'], 'b')],
      opsetImport: [{ domain: '', version: 17n }],
    });
    return model(
      {
        ...{ inputs: image(1), outputs: logits(1) },
        nodes: [
          node('Conv', ['x', 'c.w'], 'c', { kernel_shape: [3, 3], dilations: [2, 2] }),
          node('Swish', ['c'], 'act', {}, 'local'),
          ...nodes,
        ],
        initializers: [w('c.w', [6, 3, 3, 3]), ...initializers],
      },
      { functions: [swish], domains: ['local'] },
    );
  },
  samples() {
    const { nodes, initializers } = head('r', 6);
    return model({
      ...{ inputs: image('N', 2), outputs: logits() },
      nodes: [
        node('Cast', ['x'], 'f', { to: 1 }),
        node('Div', ['f', 'level'], 'scaled'),
        node('Resize', ['scaled', '', 'factors'], 'large', { mode: 'linear' }),
        node('Conv', ['large', 'c.w'], 'c', { kernel_shape: [3, 3], strides: [3, 3] }),
        node('PRelu', ['c', 'slope'], 'r'),
        ...nodes,
      ],
      initializers: [
        ...[floats('level', [], [255]), floats('factors', [4], [1, 1, 1.5, 1.5]), w('c.w', [6, 3, 3, 3])],
        ...[w('slope', [6, 1, 1]), ...initializers],
      ],
    });
  },
  regressor() {
    return model({
      ...{ inputs: image(), outputs: [valueInfo('logits', ['N', 1])] },
      nodes: [
        node('Conv', ['x', 'c.w'], 'c', { kernel_shape: [3, 3], strides: [2, 2] }),
        node('Tanh', ['c'], 't'),
        node('GlobalMaxPool', ['t'], 'top'),
        node('Flatten', ['top'], 'flat'),
        node('MatMul', ['flat', 'h.w'], 'z'),
        node('Sigmoid', ['z'], 'logits'),
      ],
      initializers: [w('c.w', [6, 3, 3, 3]), w('h.w', [6, 1])],
    });
  },
};

/** A small valid network: its name, a fresh `ModelProto`, and the side of its pictures. */
export function smallNetwork(draw) {
  const name = draw.pick(Object.keys(networks));
  return { name, proto: networks[name](), size: 16 };
}

export const networkOf = (name) => networks[name]();

const golden = join(root, 'fixtures/golden/networks');

/** The networks that are committed as PyTorch exported them. */
const exported = () =>
  existsSync(golden) ? readdirSync(golden).filter((name) => existsSync(join(golden, name, 'model.onnx'))) : [];

/** A network of the goldens, whose pictures have 32 pixels a side or as many as the file says. */
export function exportedNetwork(draw) {
  const names = exported();
  if (names.length === 0) return smallNetwork(draw);
  const name = draw.pick(names.sort());
  const proto = decode(readFileSync(join(golden, name, 'model.onnx')));
  const dims = proto.graph.input[0].type.value.value.shape.dim;
  const size = Number(dims[2]?.value.value ?? 32) || 32;
  return { name, proto, size, isLarge: true };
}
