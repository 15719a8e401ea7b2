import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as Type,
  FunctionProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  TensorProto_DataLocation as Location,
  TypeProto_SequenceSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { attribute, dimension, floats, graph, integers, node, valueInfo } from './bases/onnx-networks.mjs';
import { bigIntegers, names, realNumbers, sizes } from './special-values.mjs';

const operators = (
  'Abs Add And ArgMax AveragePool BatchNormalization BitShift Cast CastLike Ceil Celu Clip Concat ConcatFromSequence Constant ' +
  'ConstantOfShape Conv ConvInteger ConvTranspose Cos CumSum DepthToSpace DequantizeLinear Det Div Dropout Einsum Elu Equal Erf ' +
  'Exp Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool ' +
  'Greater GridSample GroupNormalization HardSigmoid HardSwish Hardmax Identity If InstanceNormalization IsNaN LRN LSTM ' +
  'LayerNormalization LeakyRelu Less Log LogSoftmax Loop LpNormalization LpPool MatMul Max MaxPool MaxRoiPool MaxUnpool Mean Min ' +
  'Mish Mod Mul Neg NonMaxSuppression NonZero Not OneHot Or PRelu Pad Pow QuantizeLinear RandomNormal RandomUniformLike Range ' +
  'Reciprocal ReduceL1 ReduceL2 ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape ' +
  'Resize ReverseSequence RoiAlign Round STFT Scan ScatterElements ScatterND Selu SequenceAt SequenceEmpty Shape Shrink Sigmoid ' +
  'Sign Sin Size Slice Softmax Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze Sub Sum Tan Tanh TfIdfVectorizer ' +
  'ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor NoSuchOperator'
).split(' ');

const attributeNames = (
  'alpha axes axis auto_pad batch_dims beta ceil_mode coordinate_transformation_mode count_include_pad dilations epsilon equation ' +
  'gamma group kernel_shape keepdims mode momentum output_padding output_shape p pads perm size storage_order strides to training_mode ' +
  'transA transB value blocksize nearest_mode exclude_outside allowzero noop_with_empty_axes body then_branch'
).split(' ');

const texts = [
  'SAME_UPPER',
  'SAME_LOWER',
  'VALID',
  'NOTSET',
  'linear',
  'cubic',
  'nearest',
  'reflect',
  'wrap',
  'ij,jk->ik',
  ...names,
];

const tensorsOf = ({ graph: { input, initializer, node: nodes } }) => [
  ...input.map(({ name }) => name),
  ...initializer.map(({ name }) => name),
  ...nodes.flatMap(({ output }) => output),
];

const anyNode = (proto, draw) => draw.pick(proto.graph.node);

function replaceName(proto, from, to) {
  for (const one of proto.graph.node) {
    one.input = one.input.map((name) => (name === from ? to : name));
    one.output = one.output.map((name) => (name === from ? to : name));
  }
  for (const one of [...proto.graph.input, ...proto.graph.output, ...proto.graph.initializer]) {
    if (one.name === from) one.name = to;
  }
}

const smallDims = (draw) => Array.from({ length: draw.integer(0, 5) }, () => draw.integer(1, 4));

const shapeOf = (info) => info?.type?.value.case === 'tensorType' && info.type.value.value;

/** Each changes a `ModelProto` in place; one that finds nothing to change does nothing. */
const mutations = {
  operator(proto, draw) {
    anyNode(proto, draw).opType = draw.pick(operators);
  },
  similarOperator(proto, draw) {
    const chosen = anyNode(proto, draw);
    const alike = [
      'Relu Sigmoid Tanh Elu Selu Softplus Softsign Erf Exp Log Sqrt Reciprocal Neg Abs Sin Cos HardSwish Mish Floor',
      'Add Sub Mul Div Pow Max Min Mod Where MatMul',
    ];
    const family = alike.map((list) => list.split(' ')).find((list) => list.includes(chosen.opType));
    chosen.opType = draw.pick(family ?? operators);
  },
  domain(proto, draw) {
    anyNode(proto, draw).domain = draw.pick(['ai.onnx', 'com.microsoft', 'local', 'ai.onnx.ml', ...names]);
  },
  removeNode(proto, draw) {
    proto.graph.node.splice(draw.integer(0, proto.graph.node.length - 1), 1);
  },
  bypassNode(proto, draw) {
    const at = draw.integer(0, proto.graph.node.length - 1);
    const [{ input, output }] = proto.graph.node.splice(at, 1);
    replaceName(proto, output[0], input[0]);
  },
  repeatNode(proto, draw) {
    proto.graph.node.splice(draw.integer(0, proto.graph.node.length), 0, anyNode(proto, draw));
  },
  shuffleNodes(proto, draw) {
    proto.graph.node = draw.some(proto.graph.node, proto.graph.node.length);
  },
  insertNode(proto, draw) {
    const chosen = anyNode(proto, draw);
    if (chosen.input.length === 0) return;
    const at = draw.integer(0, chosen.input.length - 1);
    const name = `inserted.${draw.integer(0, 1e6)}`;
    const opType = draw.pick([
      'Identity',
      'Relu',
      'Sigmoid',
      'Neg',
      'Exp',
      'Transpose',
      'Squeeze',
      'Softmax',
      'Flatten',
      'Dropout',
      'Shape',
      'Det',
    ]);
    proto.graph.node.splice(proto.graph.node.indexOf(chosen), 0, node(opType, [chosen.input[at]], name));
    chosen.input[at] = name;
  },
  rewire(proto, draw) {
    const chosen = anyNode(proto, draw);
    if (chosen.input.length > 0) chosen.input[draw.integer(0, chosen.input.length - 1)] = draw.pick(tensorsOf(proto));
  },
  selfLoop(proto, draw) {
    const chosen = anyNode(proto, draw);
    if (chosen.input.length > 0) chosen.input[0] = chosen.output[0];
  },
  dropInput: (proto, draw) => void anyNode(proto, draw).input.pop(),
  addInput(proto, draw) {
    anyNode(proto, draw).input.push(draw.pick(['', 'nowhere', ...tensorsOf(proto)]));
  },
  emptyInput(proto, draw) {
    const { input } = anyNode(proto, draw);
    if (input.length > 0) input[draw.integer(0, input.length - 1)] = '';
  },
  dropOutput: (proto, draw) => void anyNode(proto, draw).output.pop(),
  doubleOutput(proto, draw) {
    anyNode(proto, draw).output[0] = draw.pick(tensorsOf(proto));
  },
  addOutput: (proto, draw) => void anyNode(proto, draw).output.push(draw.pick(['', 'extra', 'logits'])),
  renameTensor: (proto, draw) => replaceName(proto, draw.pick(tensorsOf(proto)), draw.pick(names)),
  renameNode(proto, draw) {
    anyNode(proto, draw).name = draw.pick(names);
  },
  number(proto, draw) {
    const chosen = draw.pick(proto.graph.node.flatMap((one) => one.attribute).filter(({ type }) => type === Type.INT));
    if (chosen) chosen.i = draw.pick(bigIntegers);
  },
  numbers(proto, draw) {
    const lists = proto.graph.node.flatMap((one) => one.attribute).filter(({ type }) => type === Type.INTS);
    if (lists.length === 0) return;
    const chosen = draw.pick(lists);
    const at = draw.integer(0, Math.max(0, chosen.ints.length - 1));
    draw.pick([
      () => (chosen.ints[at] = draw.pick(bigIntegers)),
      () => (chosen.ints[at] = BigInt(draw.integer(0, 5))),
      () => chosen.ints.pop(),
      () => chosen.ints.push(1n),
      () => (chosen.ints = []),
      () => (chosen.ints = chosen.ints.map(() => BigInt(draw.integer(0, 3)))),
    ])();
  },
  float(proto, draw) {
    const chosen = draw.pick(
      proto.graph.node.flatMap((one) => one.attribute).filter(({ type }) => type === Type.FLOAT),
    );
    if (chosen) chosen.f = draw.pick(realNumbers);
  },
  text(proto, draw) {
    anyNode(proto, draw).attribute.push(attribute(draw.pick(attributeNames), draw.pick(texts)));
  },
  addAttribute(proto, draw) {
    const value = draw.pick([
      () => draw.integer(-1, 3),
      () => Array.from({ length: draw.integer(0, 5) }, () => draw.integer(0, 3)),
      () => ({ f: draw.pick(realNumbers) }),
      () => floats('', [1], [1]),
      () => draw.pick(texts),
    ])();
    anyNode(proto, draw).attribute.push(attribute(draw.pick(attributeNames), value));
  },
  removeAttribute(proto, draw) {
    const { attribute: list } = anyNode(proto, draw);
    if (list.length > 0) list.splice(draw.integer(0, list.length - 1), 1);
  },
  attributeType(proto, draw) {
    const chosen = draw.pick(proto.graph.node.flatMap((one) => one.attribute));
    if (chosen) chosen.type = draw.integer(0, 16);
  },
  repeatAttribute(proto, draw) {
    const { attribute: list } = anyNode(proto, draw);
    if (list.length > 0) list.push(draw.pick(list));
  },
  weightDims(proto, draw) {
    const chosen = draw.pick(proto.graph.initializer);
    if (!chosen) return;
    draw.pick([
      () => (chosen.dims[draw.integer(0, Math.max(0, chosen.dims.length - 1))] = draw.pick(sizes)),
      () => chosen.dims.push(1n),
      () => chosen.dims.pop(),
      () => chosen.dims.reverse(),
      () => (chosen.dims = Array(draw.pick([9, 100])).fill(1n)),
      () => (chosen.dims = [0n]),
    ])();
  },
  weightType(proto, draw) {
    const chosen = draw.pick(proto.graph.initializer);
    if (chosen) chosen.dataType = draw.integer(0, 26);
  },
  weightBytes(proto, draw) {
    const chosen = draw.pick(proto.graph.initializer);
    if (!chosen) return;
    const { length } = chosen.rawData;
    chosen.rawData = draw.pick([
      () => new Uint8Array(0),
      () => chosen.rawData.slice(0, Math.floor(length / 2)),
      () => chosen.rawData.slice(0, Math.max(0, length - 1)),
      () => new Uint8Array(length + 4),
    ])();
  },
  weightValues(proto, draw) {
    const chosen = draw.pick(proto.graph.initializer.filter(({ dataType }) => dataType === 1));
    if (!chosen || chosen.rawData.length < 4) return;
    const bytes = chosen.rawData.slice();
    const view = new DataView(bytes.buffer);
    const value = draw.pick([...realNumbers, 1e-30, 1e20]);
    const all = draw.chance(0.5);
    for (let at = 0; at + 4 <= bytes.length; at += 4) if (all || draw.chance(0.1)) view.setFloat32(at, value, true);
    chosen.rawData = bytes;
  },
  shapeValues(proto, draw) {
    const chosen = draw.pick(proto.graph.initializer.filter(({ dataType }) => dataType === 7));
    if (!chosen || chosen.rawData.length < 8) return;
    const bytes = chosen.rawData.slice();
    new DataView(bytes.buffer).setBigInt64(8 * draw.integer(0, bytes.length / 8 - 1), draw.pick(bigIntegers), true);
    chosen.rawData = bytes;
  },
  floatData(proto, draw) {
    const chosen = draw.pick(proto.graph.initializer);
    if (!chosen) return;
    chosen.floatData = Array.from({ length: draw.integer(0, 9) }, () => draw.pick(realNumbers));
    if (draw.chance(0.5)) chosen.rawData = new Uint8Array(0);
  },
  removeWeight(proto, draw) {
    if (proto.graph.initializer.length > 0)
      proto.graph.initializer.splice(draw.integer(0, proto.graph.initializer.length - 1), 1);
  },
  repeatWeight: (proto, draw) =>
    void proto.graph.initializer.push(draw.pick(proto.graph.initializer) ?? integers('i', [1])),
  weightAsInput(proto, draw) {
    const chosen = draw.pick(proto.graph.initializer);
    if (chosen) proto.graph.input.push(valueInfo(chosen.name, chosen.dims.map(Number), chosen.dataType));
  },
  external(proto, draw) {
    const chosen = draw.pick(proto.graph.initializer);
    if (!chosen) return;
    chosen.dataLocation = Location.EXTERNAL;
    if (draw.chance(0.7)) chosen.rawData = new Uint8Array(0);
    const location = draw.pick([
      'weights.bin',
      'missing.bin',
      'model.onnx',
      '/etc/passwd',
      '/dev/zero',
      '../secret.bin',
      'a/../../x',
      '.',
      'photos',
      'pipe',
      ...names,
    ]);
    const entries = {
      location,
      ...draw.pick([
        {},
        { offset: '0', length: '16' },
        { offset: '-4' },
        { length: '99999999999' },
        { offset: 'x', length: '1e3' },
        { offset: '9007199254740993' },
      ]),
    };
    chosen.externalData = Object.entries(entries).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    );
  },
  inputShape(proto, draw) {
    const info = shapeOf(draw.pick(proto.graph.input));
    if (!info) return;
    const dims = info.shape?.dim ?? [];
    const at = draw.integer(0, Math.max(0, dims.length - 1));
    draw.pick([
      () => dims[at] && (dims[at].value = { case: 'dimValue', value: draw.pick(sizes) }),
      () => dims[at] && (dims[at].value = { case: 'dimParam', value: draw.pick(['N', 'height', ...names]) }),
      () => dims[at] && (dims[at].value = { case: undefined }),
      () => dims.push(dimension({ case: 'dimValue', value: 1n })),
      () => dims.pop(),
      () => (info.shape = undefined),
      () => dims.reverse(),
    ])();
  },
  outputShape(proto, draw) {
    const info = shapeOf(draw.pick(proto.graph.output));
    const dims = info?.shape?.dim ?? [];
    if (dims.length === 0) return;
    draw.pick([
      () => (dims.at(-1).value = { case: 'dimValue', value: draw.pick(sizes) }),
      () => (info.shape = undefined),
      () => dims.pop(),
      () => dims.push(dimension({ case: 'dimValue', value: 2n })),
    ])();
  },
  elementType(proto, draw) {
    const info = shapeOf(draw.pick([...proto.graph.input, ...proto.graph.output]));
    if (info) info.elemType = draw.integer(0, 23);
  },
  removeInput: (proto) => void proto.graph.input.pop(),
  removeOutput: (proto) => void proto.graph.output.pop(),
  otherOutput(proto, draw) {
    proto.graph.output = [valueInfo(draw.pick(tensorsOf(proto)), smallDims(draw))];
  },
  addGraphInput: (proto, draw) =>
    void proto.graph.input.push(valueInfo(draw.pick(['second', 'x', ...names]), smallDims(draw))),
  addGraphOutput: (proto, draw) =>
    void proto.graph.output.unshift(valueInfo(draw.pick(tensorsOf(proto)), smallDims(draw))),
  repeatOutput: (proto) => void proto.graph.output.push(...proto.graph.output),
  valueInfo(proto, draw) {
    proto.graph.valueInfo.push(valueInfo(draw.pick(tensorsOf(proto)), smallDims(draw), draw.integer(0, 16)));
  },
  typeCase(proto, draw) {
    const info = draw.pick(proto.graph.input);
    if (info?.type)
      info.type.value = draw.pick([
        { case: undefined },
        { case: 'sequenceType', value: create(TypeProto_SequenceSchema) },
      ]);
  },
  opset(proto, draw) {
    const versions = [0n, 1n, 5n, 6n, 7n, 9n, 11n, 13n, 15n, 18n, 20n, 22n, 99n, -1n, 2n ** 62n];
    draw.pick([
      () => proto.opsetImport.forEach((entry) => (entry.version = draw.pick(versions))),
      () => (proto.opsetImport = []),
      () => proto.opsetImport.push({ ...proto.opsetImport[0], version: draw.pick(versions) }),
      () => proto.opsetImport.push({ ...proto.opsetImport[0], domain: draw.pick(names) }),
    ])();
  },
  irVersion(proto, draw) {
    proto.irVersion = draw.pick([0n, 1n, 3n, 4n, 13n, 14n, 999n, -1n, 2n ** 62n]);
  },
  metadata(proto, draw) {
    proto.metadataProps.push(create(StringStringEntryProtoSchema, { key: draw.pick(names), value: draw.pick(names) }));
    anyNode(proto, draw).metadataProps.push(
      create(StringStringEntryProtoSchema, {
        key: 'pkg.torch.onnx.name_scopes',
        value: draw.pick(["['', 'a'", '[]', '[1]', ...names]),
      }),
    );
  },
  noGraph(proto) {
    proto.graph = undefined;
  },
  noNodes(proto) {
    proto.graph.node = [];
  },
  nestedFunctions(proto, draw) {
    const depth = draw.pick([3, 12, 40]);
    const body = (level) =>
      level === 0
        ? [node('Neg', ['a'], 'b')]
        : [node(`F${level - 1}`, ['a'], 'm', {}, 'local'), node(`F${level - 1}`, ['m'], 'b', {}, 'local')];
    const opsetImport = [
      { domain: '', version: 17n },
      { domain: 'local', version: 1n },
    ];
    for (let level = 0; level < depth; level += 1) {
      proto.functions.push(
        create(FunctionProtoSchema, {
          name: `F${level}`,
          domain: 'local',
          input: ['a'],
          output: ['b'],
          node: body(level),
          opsetImport,
        }),
      );
    }
    if (draw.chance(0.2)) proto.functions[0].node = [node(`F${depth - 1}`, ['a'], 'b', {}, 'local')];
    proto.opsetImport.push({ ...proto.opsetImport[0], domain: 'local', version: 1n });
    const chosen = anyNode(proto, draw);
    if (chosen.input.length === 0) return;
    proto.graph.node.splice(
      proto.graph.node.indexOf(chosen),
      0,
      node(`F${depth - 1}`, [chosen.input[0]], 'unfolded', {}, 'local'),
    );
    chosen.input[0] = 'unfolded';
  },
  nestedGraphs(proto, draw) {
    const chosen = anyNode(proto, draw);
    if (chosen.input.length === 0) return;
    const [from] = chosen.input;
    // One branch goes on and the other ends, so that depth does not double what is written.
    let nodes = [node('Identity', [from], 'deep0')];
    const depth = draw.pick([2, 20, 60]);
    for (let level = 1; level <= depth; level += 1) {
      const ended = graph({
        name: `ended${level}`,
        nodes: [node('Identity', [from], `ended${level}.y`)],
        inputs: [],
        outputs: [create(ValueInfoProtoSchema, { name: `ended${level}.y` })],
      });
      const going = graph({
        name: `level${level}`,
        nodes,
        inputs: [],
        outputs: [create(ValueInfoProtoSchema, { name: `deep${level - 1}` })],
      });
      nodes = [node('If', ['truth'], `deep${level}`, { then_branch: going, else_branch: ended })];
    }
    proto.graph.initializer.push(
      create(TensorProtoSchema, { name: 'truth', dataType: 9, dims: [], rawData: new Uint8Array([1]) }),
    );
    proto.graph.node.splice(proto.graph.node.indexOf(chosen), 0, ...nodes);
    chosen.input[0] = `deep${depth}`;
  },
  loop(proto, draw) {
    const chosen = anyNode(proto, draw);
    if (chosen.input.length === 0) return;
    const [from] = chosen.input;
    const body = graph({
      name: 'body',
      nodes: [node('Identity', ['going'], 'still'), node('Neg', ['carried'], 'next')],
      inputs: [valueInfo('at', [], 7), valueInfo('going', [], 9), create(ValueInfoProtoSchema, { name: 'carried' })],
      outputs: [valueInfo('still', [], 9), create(ValueInfoProtoSchema, { name: 'next' })],
    });
    proto.graph.initializer.push(integers('trips.list', [draw.pick([0, 1, 5, -1, 1000])]), integers('first', [0]));
    proto.graph.node.unshift(node('Squeeze', ['trips.list'], 'trips'));
    proto.graph.node.splice(proto.graph.node.indexOf(chosen), 0, node('Loop', ['trips', '', from], 'looped', { body }));
    chosen.input[0] = 'looped';
  },
  longChain(proto, draw) {
    const chosen = anyNode(proto, draw);
    if (chosen.input.length === 0) return;
    const links = draw.pick([100, 3000]);
    const [from] = chosen.input;
    const chain = Array.from({ length: links }, (_, at) =>
      node(draw.pick(['Identity', 'Neg']), [at === 0 ? from : `link${at - 1}`], `link${at}`),
    );
    proto.graph.node.splice(proto.graph.node.indexOf(chosen), 0, ...chain);
    chosen.input[0] = `link${links - 1}`;
  },
  doubling(proto, draw) {
    // Twice as many paths with each addition: what is walked path by path never ends.
    const chosen = anyNode(proto, draw);
    if (chosen.input.length === 0) return;
    const [from] = chosen.input;
    const sums = Array.from({ length: 60 }, (_, at) => {
      const input = at === 0 ? from : `sum${at - 1}`;
      return [node('Mul', [input, 'half'], `half${at}`), node('Add', [`half${at}`, `half${at}`], `sum${at}`)];
    });
    proto.graph.initializer.push(floats('half', [], [0.5]));
    proto.graph.node.splice(proto.graph.node.indexOf(chosen), 0, ...sums.flat());
    chosen.input[0] = 'sum59';
  },
};

/** Changes a model in place, one to three times: what was done. */
export function mutateOnnx(proto, draw) {
  const done = [];
  for (let count = draw.pick([1, 1, 1, 2, 3]); count > 0; count -= 1) {
    const name = draw.pick(Object.keys(mutations));
    if (!proto.graph || proto.graph.node.length === 0) break;
    done.push(name);
    mutations[name](proto, draw);
  }
  return done.join(', ');
}
