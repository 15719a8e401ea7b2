import { describe, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  SparseTensorProtoSchema,
  TensorProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  ValueInfoProtoSchema,
  type GraphProto,
  type ModelProto,
  type TensorProto,
} from 'onnx-buf';
import { readdirSync, readFileSync } from 'node:fs';
import {
  AutodiffError,
  DifferentiableGraph,
  layersOf,
  newestOpset,
  Node,
  oldestOpset,
  parseModel,
  writeTensor,
} from '../src/index.ts';
import { execute } from './execute.ts';

const networks = new URL('../../../fixtures/golden/networks/', import.meta.url);
const modelBytes = (network: string) => readFileSync(new URL(`${network}/model.onnx`, networks));

const info = (name: string, ...dims: (number | string)[]) =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: TensorProto_DataType.FLOAT,
          shape: {
            dim: dims.map((dim) => ({
              value:
                typeof dim === 'number'
                  ? { case: 'dimValue' as const, value: BigInt(dim) }
                  : { case: 'dimParam' as const, value: dim },
            })),
          },
        },
      },
    },
  });

interface Parts {
  readonly nodes?: readonly Node[];
  readonly opset?: number;
  readonly irVersion?: number;
  readonly domain?: string;
  readonly inputs?: GraphProto['input'];
  readonly weights?: readonly TensorProto[];
  readonly more?: Partial<Pick<GraphProto, 'sparseInitializer'>>;
}

function fileOf(parts: Parts): Uint8Array {
  const { nodes = [Node.of('Relu', ['x'], ['y'])], opset = 17, irVersion = 8, domain = '', weights = [] } = parts;
  const model: ModelProto = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    opsetImport: [{ domain, version: BigInt(opset) }],
    graph: create(GraphProtoSchema, {
      name: 'test',
      node: nodes.map(({ proto }) => proto),
      input: parts.inputs ?? [info('x', 2, 3)],
      output: [info('y', 2, 3)],
      initializer: [...weights],
      ...parts.more,
    }),
  });
  return toBinary(ModelProtoSchema, model);
}

const parts = (file: Parts) => parseModel(fileOf(file));
const failsWith = (code: string, more: Partial<AutodiffError> = {}) => expect.objectContaining({ code, ...more });
const text = (content: string) => new TextEncoder().encode(content);

it('empty names at the end of inputs are left out, those before others are not', () => {
  const nodes = [
    Node.of('LayerNormalization', ['x', 's', ''], ['a'], { axis: -1 }),
    Node.of('Clip', ['a', '', 'most'], ['b']),
    Node.of('Clip', ['b', '', ''], ['y']),
  ];
  const one = (name: string, ...dims: number[]) =>
    writeTensor(name, { type: 'float32', dims, values: new Float32Array(dims[0] ?? 1).fill(1) });
  const graph = parts({ nodes, weights: [one('s', 3), one('most')] });
  expect(graph.nodes.map(({ inputs }) => inputs)).toEqual([['x', 's'], ['a', '', 'most'], ['b']]);
});

describe('files that are no ONNX models', () => {
  const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1]);
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]);
  for (const [what, bytes] of [
    ['an empty file', new Uint8Array()],
    ['one byte', Uint8Array.of(8)],
    ['two bytes', Uint8Array.of(8, 8)],
    ['text', text('hello, world\n')],
    ['a pointer of Git LFS', text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n')],
    ['a web page', text('<!DOCTYPE html><html></html>')],
    ['JSON', text('{"format": "layers-model"}')],
    ['a JPEG', jpeg],
    ['a PNG', png],
    ['a ZIP archive', text('PK\u0003\u0004\u0014\u0000\u0000\u0000')],
    ['zeros', new Uint8Array(64)],
    [
      'another protobuf message',
      toBinary(TensorProtoSchema, writeTensor('w', { type: 'float32', dims: [2], values: [1, 2] })),
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => parseModel(bytes)).toThrow(failsWith('ONNX_NOT_A_MODEL'));
    });
  }

  it('shows how the file begins', () => {
    expect(() => parseModel(text('<!DOCTYPE html>'))).toThrow(
      failsWith('ONNX_NOT_A_MODEL', { found: '15 bytes that begin with "<!DOCTYPE html>"' }),
    );
  });

  for (const network of ['squeezenet-torchscript', 'shuffled-torchscript']) {
    it(`refuses ${network} cut off anywhere`, () => {
      const whole = modelBytes(network);
      const codes = new Set<string>();
      for (let length = 0; length < whole.length; length += 97) {
        try {
          parseModel(whole.subarray(0, length));
          codes.add('none');
        } catch (error) {
          codes.add(error instanceof AutodiffError ? error.code : String(error));
        }
      }
      expect([...codes].sort()).toEqual(['ONNX_NOT_A_MODEL', 'ONNX_TRUNCATED']);
    });
  }

  it('says how many bytes are missing where the file announces it', () => {
    const whole = modelBytes('squeezenet-torchscript');
    expect(() => parseModel(whole.subarray(0, 5000))).toThrow(
      failsWith('ONNX_TRUNCATED', {
        found: expect.stringMatching(/^5000 bytes, of a file that announces at least \d+$/) as unknown as string,
      }),
    );
  });

  it('never fails with anything but its own errors, whatever the bytes', () => {
    const onlyOwnErrors = (bytes: Uint8Array) => {
      try {
        parseModel(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(AutodiffError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), onlyOwnErrors), { seed: 1, numRuns: 200 });
    const small = fileOf({
      nodes: [Node.of('Relu', ['x'], ['a'], {}, 'n'), Node.of('Clip', ['a', 'w', ''], ['y'])],
      weights: [writeTensor('w', { type: 'float32', dims: [], values: [1] })],
    });
    const flips = fc.array(fc.tuple(fc.nat(small.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(flips, (changes) => {
        const bytes = small.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        onlyOwnErrors(bytes);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('models that are refused', () => {
  for (const opset of [oldestOpset - 1, newestOpset + 1, 99]) {
    it(`refuses opset ${opset}`, () => {
      expect(() => parts({ opset })).toThrow(failsWith('ONNX_OPSET', { found: `opset ${opset}` }));
    });
  }

  it('takes the oldest and the newest opset, and the long name of the domain', () => {
    expect(parts({ opset: oldestOpset }).opset).toBe(oldestOpset);
    expect(parts({ opset: newestOpset, domain: 'ai.onnx' }).opset).toBe(newestOpset);
  });

  it('refuses a model without the standard operators', () => {
    expect(() => parts({ domain: 'com.microsoft' })).toThrow(failsWith('ONNX_OPSET'));
  });

  for (const [what, nodes, where] of [
    ['two producers of a tensor', [Node.of('Relu', ['x'], ['y']), Node.of('Neg', ['x'], ['y'])], 'tensor "y"'],
    ['a node that computes an input', [Node.of('Relu', ['x'], ['x']), Node.of('Neg', ['x'], ['y'])], 'tensor "x"'],
    ['a tensor that nothing computes', [Node.of('Add', ['x', 'z'], ['y'], {}, 'sum')], 'tensor "z" in node "sum"'],
    ['an output that nothing computes', [Node.of('Relu', ['x'], ['z'])], 'output "y"'],
    [
      'a cycle',
      [Node.of('Add', ['x', 'b'], ['a'], {}, 'first'), Node.of('Relu', ['a'], ['b']), Node.of('Neg', ['b'], ['y'])],
      'through node "first"',
    ],
    ['a node that reads its own output', [Node.of('Add', ['x', 'y'], ['y'], {}, 'loop')], 'through node "loop"'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => parts({ nodes })).toThrow(failsWith('ONNX_MALFORMED', { found: where }));
    });
  }

  it('refuses an attribute of another kind than the operator defines', () => {
    const node = parts({ nodes: [Node.of('Relu', ['x'], ['y'], { axis: 'one' }, 'n')] }).nodes[0]!;
    expect(() => node.int('axis', 0)).toThrow(failsWith('ONNX_MALFORMED', { found: 'STRING in node "n"' }));
  });

  it('refuses weights that do not fill their shape', () => {
    const short = create(TensorProtoSchema, {
      name: 'w',
      dims: [3n],
      dataType: TensorProto_DataType.FLOAT,
      rawData: new Uint8Array(8),
    });
    const nodes = [Node.of('Add', ['x', 'w'], ['y'])];
    expect(() => new DifferentiableGraph(parts({ nodes, weights: [short] }))).toThrow(
      failsWith('ONNX_MALFORMED', { found: 'tensor "w" of shape [3] with 8 bytes' }),
    );
  });

  it('refuses sparse weights by name', () => {
    const values = writeTensor('sparse', { type: 'float32', dims: [1], values: [1] });
    const indices = writeTensor('', { type: 'int64', dims: [1], values: [0] });
    const sparseInitializer = [create(SparseTensorProtoSchema, { values, indices, dims: [4n] })];
    const nodes = [Node.of('Add', ['x', 'sparse'], ['y'])];
    expect(() => parts({ nodes, more: { sparseInitializer } })).toThrow(
      failsWith('ONNX_UNSUPPORTED', { found: 'sparse initializer "sparse"' }),
    );
  });
});

describe('hostile sizes', () => {
  const nested = (depth: number): Node => {
    let node = Node.of('Relu', ['x'], ['y0']);
    for (let level = 1; level <= depth; level += 1) {
      const graph = create(GraphProtoSchema, { node: [node.proto], output: [info(`y${level - 1}`)] });
      node = Node.of('If', ['c'], [level === depth ? 'y' : `y${level}`], { then_branch: { graph } });
    }
    return node;
  };

  it('reads bodies that are nested as nobody nests them, and refuses deeper ones', () => {
    const inputs = [info('x', 2, 3), info('c')];
    expect(new DifferentiableGraph(parts({ nodes: [nested(50)], inputs, opset: 13 })).graph.nodes).toHaveLength(1);
    expect(() => parts({ nodes: [nested(150)], inputs })).toThrow(
      failsWith('ONNX_MALFORMED', { message: expect.stringContaining('nested too deeply') as unknown as string }),
    );
  });

  it('refuses messages nested so deep that decoding them would run out of stack', () => {
    // Written from the inside out, since an encoder would run out of stack as well: If nodes in graphs in attributes.
    const field = (number: number, payload: readonly number[][]): number[][] => {
      const length = payload.reduce((sum, part) => sum + part.length, 0);
      const header = [number * 8 + 2];
      let rest = length;
      for (; rest > 127; rest = Math.floor(rest / 128)) header.push((rest % 128) + 128);
      return [[...header, rest], ...payload];
    };
    let graph: number[][] = [];
    for (let level = 0; level < 500; level += 1) graph = field(1, field(5, field(6, graph)));
    const bytes = Uint8Array.from([[0x08, 8], ...field(7, graph), [0x42, 2, 0x10, 17]].flat());
    expect(() => parseModel(bytes)).toThrow(failsWith('ONNX_MALFORMED'));
  });

  const chain = (length: number) => {
    const nodes = Array.from({ length }, (_, at) =>
      Node.of('Relu', [at === 0 ? 'x' : `t${at}`], [at === length - 1 ? 'y' : `t${at + 1}`], {}, `/block${at}/Relu`),
    );
    // In reverse, so that the order has to be found.
    return new DifferentiableGraph(parts({ nodes: nodes.reverse(), opset: 11 }));
  };

  it('prepares a chain of 100,000 nodes', () => {
    const ready = chain(100_000);
    expect(ready.graph.nodes[0]!.inputs).toEqual(['x']);
    expect(layersOf(ready.graph, ready.inference)).toHaveLength(100_000);
  }, 60_000);

  it('takes time that grows with the length of the graph, not with its square', () => {
    const time = (length: number) => {
      const started = performance.now();
      const ready = chain(length);
      layersOf(ready.graph, ready.inference);
      const { graph } = ready.differentiate({ objective: { kind: 'score', output: 'y' }, withRespectTo: ['x'] });
      expect(graph.encode().length).toBeGreaterThan(length);
      return performance.now() - started;
    };
    time(1500);
    const short = Math.max(time(1500), time(1500));
    // Ten times the length: ten times the time where it is linear, a hundred times where it is quadratic.
    expect(time(15_000) / short).toBeLessThan(40);
  }, 60_000);
});

describe('what is read is written back', () => {
  for (const network of readdirSync(networks).filter((name) => /^(densenet|mobilenet-v3|resnet|vgg)-/.test(name))) {
    it(`${network} runs as before, its weights taken over byte for byte`, async () => {
      const bytes = modelBytes(network);
      const graph = parseModel(bytes);
      const [input] = graph.inputs;
      const dims = input!.shape!.map((size) => (typeof size === 'number' ? size : 2));
      const count = dims.reduce((a, b) => a * b, 1);
      const feeds = {
        [input!.name]: { type: 'float32', dims, values: Array.from({ length: count }, (_, at) => Math.sin(at)) },
      } as const;
      const names = graph.outputs.map((output) => output.name);
      expect(await execute(graph.encode(), feeds, names)).toEqual(await execute(bytes, feeds, names));
      expect(graph.initializers.size).toBeGreaterThan(0);
      for (const { encoded } of graph.initializers.values()) expect(encoded!.buffer).toBe(bytes.buffer);
    });
  }

  it('leaves out what nothing asked for depends on', () => {
    const weights = ['used', 'unused'].map((name) => writeTensor(name, { type: 'float32', dims: [], values: [1] }));
    const nodes = [Node.of('Add', ['x', 'used'], ['y']), Node.of('Mul', ['x', 'unused'], ['z'])];
    const again = parseModel(parts({ nodes, weights }).encode());
    expect(again.nodes.map((node) => node.operator)).toEqual(['Add']);
    expect([...again.initializers.keys()]).toEqual(['used']);
  });

  it('puts nodes in an order in which they can run', () => {
    const nodes = [Node.of('Neg', ['a'], ['y']), Node.of('Relu', ['x'], ['a'])];
    expect(parts({ nodes }).nodes.map((node) => node.operator)).toEqual(['Relu', 'Neg']);
  });

  it('takes weights that are listed among the inputs, as files of IR 3 do, for weights', async () => {
    const weights = [writeTensor('w', { type: 'float32', dims: [3], values: [1, 2, 3] })];
    const file = { nodes: [Node.of('Mul', ['x', 'w'], ['y'])], weights, irVersion: 3, opset: 8 };
    const graph = parts({ ...file, inputs: [info('x', 2, 3), info('w', 3)] });
    expect(graph.inputs.map((input) => input.name)).toEqual(['x']);
    const feeds = { x: { type: 'float32', dims: [2, 3], values: [1, 1, 1, 2, 2, 2] } } as const;
    const { y } = await execute(graph.encode(), feeds, ['y']);
    expect(Array.from(y!.values)).toEqual([1, 2, 3, 2, 4, 6]);
  });
});

describe('weights in other files', () => {
  const outside = (name: string, entries: Readonly<Record<string, string>>) =>
    create(TensorProtoSchema, {
      name,
      dims: [3n],
      dataType: TensorProto_DataType.FLOAT,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    });
  const model = (entries: Readonly<Record<string, string>>) =>
    parts({
      nodes: [Node.of('Add', ['x', 'w'], ['a']), Node.of('Mul', ['a', 'v'], ['y'])],
      weights: [outside('w', entries), outside('v', { location: 'weights.bin' })],
    });
  const file = new Uint8Array(Float32Array.from([1, 2, 3, 10, 20, 30]).buffer);

  it('names the files and takes their bytes in', async () => {
    const graph = model({ location: 'weights.bin', offset: '12', length: '12' });
    expect(graph.externalFiles).toEqual(['weights.bin']);
    expect(graph.constant('w')).toBeUndefined();
    const inside = graph.withExternalData({ 'weights.bin': file.subarray(0, 24) });
    expect(inside.externalFiles).toEqual([]);
    expect(Array.from(inside.constant('w')!.values)).toEqual([10, 20, 30]);
  });

  it('reads from the start to the end where neither is given', () => {
    const graph = model({ location: 'a.bin' }).withExternalData({
      'a.bin': file.subarray(0, 12),
      'weights.bin': file.subarray(12),
    });
    expect(Array.from(graph.constant('w')!.values)).toEqual([1, 2, 3]);
    expect(Array.from(graph.constant('v')!.values)).toEqual([10, 20, 30]);
  });

  for (const [what, entries] of [
    ['a file that is missing', { location: 'other.bin' }],
    ['bytes behind its end', { location: 'weights.bin', offset: '16', length: '12' }],
    ['an offset before its start', { location: 'weights.bin', offset: '-4', length: '12' }],
    ['an offset that is no number', { location: 'weights.bin', offset: 'x', length: '12' }],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => model(entries).withExternalData({ 'weights.bin': file })).toThrow(failsWith('ONNX_TRUNCATED'));
    });
  }
});
