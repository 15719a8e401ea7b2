import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { ModelProtoSchema, NodeProtoSchema } from 'onnx-buf';
import { readdirSync, readFileSync } from 'node:fs';
import { Graph, Inference, layersOf, Node, parseModel, writeTensor, type Layer, type Value } from '../src/index.ts';

interface Line {
  readonly operator?: string;
  readonly name?: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** The dynamo exporter's metadata. */
  readonly scopes?: string;
}

const floats = (name: string): Value => ({ name, type: 'float32', shape: [1, 'channels'] });

function graphOf(lines: readonly Line[], outputs: readonly string[], weights: readonly string[] = []): Graph {
  const nodes = lines.map(({ operator = 'Relu', name = '', inputs, output, scopes }) => {
    const node = Node.of(operator, inputs, [output], {}, name);
    const metadataProps = scopes === undefined ? [] : [{ key: 'pkg.torch.onnx.name_scopes', value: scopes }];
    return new Node(create(NodeProtoSchema, { ...node.proto, metadataProps } as typeof node.proto));
  });
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'layers',
    opset: 18,
    inputs: [floats('x')],
    outputs: outputs.map(floats),
    nodes,
    initializers: new Map(
      weights.map((name) => [name, { proto: writeTensor(name, { type: 'float32', dims: [1], values: [1] }) }]),
    ),
    declared: new Map(),
  });
}

function layers(graph: Graph): readonly Layer[] {
  return layersOf(graph, new Inference(graph));
}

const modules = (graph: Graph) =>
  Object.fromEntries(layers(graph).map((layer) => [layer.name, layer.modules] as const));

describe('layersOf', () => {
  it('lists what nodes compute from the inputs, and neither constants nor what only depends on shapes', () => {
    const base = graphOf(
      [
        { inputs: ['w'], output: 'folded' },
        { operator: 'Mul', inputs: ['x', 'folded'], output: 'y' },
        { operator: 'Shape', inputs: ['y'], output: 'shape' },
        { operator: 'Cast', inputs: ['shape'], output: 'scale' },
        { operator: 'Mul', inputs: ['y', 'scale'], output: 'z' },
        { operator: 'Mul', inputs: ['z', 'z'], output: 'out' },
      ],
      ['out'],
      ['w'],
    );
    const declared = new Map([['scale', { name: 'scale', type: 'float32' as const, shape: [2] }]]);
    const found = layers(
      base.with({
        nodes: [
          Node.of('Constant', [], ['c'], { value_float: { float: 2 } }),
          ...base.nodes.slice(0, -1),
          Node.of('Mul', ['z', 'c'], ['out']),
        ],
        declared,
      }),
    );
    expect(found.map(({ name }) => name)).toEqual(['y', 'z', 'out']);
    expect(found[0]).toEqual({ name: 'y', type: 'float32', dims: [1, 'channels'], operator: 'Mul', modules: [] });
  });

  it('reads the nested names of the TorchScript exporter', () => {
    const graph = graphOf(
      [
        { name: '/features/features.0/features.0.0/Conv', inputs: ['x'], output: 'a' },
        { name: '/features/features.0/features.0.1/Relu', inputs: ['a'], output: 'b' },
        { name: '/features/features.1/block/block.3/block.3.0/Conv', inputs: ['b'], output: 'c' },
        { name: '/features/features.1/block/block.3/conv/Conv', inputs: ['c'], output: 'd' },
        { operator: 'Add', name: '/features/features.1/Add', inputs: ['b', 'd'], output: 'e' },
        { name: '/layers.1/attention/proj/Relu', inputs: ['e'], output: 'f' },
        { name: '/fc/Gemm', inputs: ['f'], output: 'y' },
      ],
      ['y'],
    );
    expect(modules(graph)).toEqual({
      a: ['features.0.0'],
      b: ['features.0', 'features.0.1'],
      c: ['features.1.block.3.0'],
      d: ['features.1.block', 'features.1.block.3', 'features.1.block.3.conv'],
      e: ['features', 'features.1'],
      f: ['layers.1', 'layers.1.attention', 'layers.1.attention.proj'],
      y: ['fc'],
    });
  });

  it('takes the last call of a module that TorchScript calls several times, and keeps the name of each call', () => {
    const graph = graphOf(
      [
        { name: '/block/relu/Relu', inputs: ['x'], output: 'a' },
        { operator: 'Add', name: '/block/Add', inputs: ['a', 'a'], output: 'b' },
        { name: '/block/relu_1/Relu', inputs: ['b'], output: 'c' },
        { operator: 'Add', name: '/block/Add_1', inputs: ['c', 'c'], output: 'd' },
        { name: '/block/relu_2/Relu', inputs: ['d'], output: 'e' },
        { name: '/head/Relu', inputs: ['e'], output: 'y' },
      ],
      ['y'],
    );
    expect(modules(graph)).toMatchObject({
      a: [],
      c: ['block.relu_1'],
      e: ['block', 'block.relu', 'block.relu_2'],
    });
  });

  it('does not take a module for a later call of another one that only has a similar name', () => {
    const graph = graphOf(
      [
        { operator: 'Mul', name: '/conv/Mul', inputs: ['x', 'w'], output: 'a' },
        { operator: 'Mul', name: '/conv_1/Mul', inputs: ['a', 'v'], output: 'b' },
        { name: '/norm_2/Relu', inputs: ['b'], output: 'c' },
        { name: '/act/Relu', inputs: ['c'], output: 'd' },
        { operator: 'Mul', name: '/act_1/Mul', inputs: ['d', 'd'], output: 'e' },
      ],
      ['e'],
      ['w', 'v'],
    );
    expect(modules(graph)).toEqual({ a: ['conv'], b: ['conv_1'], c: ['norm_2'], d: ['act'], e: ['act_1'] });
  });

  it('knows calls that share weights, also where an Identity renames them', () => {
    const graph = graphOf(
      [
        { operator: 'Identity', name: 'Identity_0', inputs: ['w'], output: 'same' },
        { operator: 'Mul', name: '/conv/Mul', inputs: ['x', 'w'], output: 'a' },
        { operator: 'Mul', name: '/conv_1/Mul', inputs: ['a', 'same'], output: 'b' },
        { name: '/head/Relu', inputs: ['b'], output: 'y' },
      ],
      ['y'],
      ['w'],
    );
    expect(modules(graph)).toMatchObject({ a: [], b: ['conv', 'conv_1'] });
  });

  it('reads the scopes that the dynamo exporter puts into metadata', () => {
    const graph = graphOf(
      [
        {
          name: 'node_Conv_1',
          inputs: ['x'],
          output: 'getitem',
          scopes: "['', 'layer4', 'layer4.2', 'layer4.2.bn1', 'norm']",
        },
        {
          name: 'node_relu',
          inputs: ['getitem'],
          output: 'relu',
          scopes: "['', 'layer4', 'layer4.2', 'layer4.2.relu', 'relu']",
        },
        {
          operator: 'Add',
          name: 'node_add',
          inputs: ['relu', 'x'],
          output: 'add',
          scopes: "['', 'layer4', 'layer4.2', 'add']",
        },
        {
          name: 'n0',
          inputs: ['add'],
          output: 'relu_1',
          scopes: "['', 'layer4', 'layer4.2', 'layer4.2.relu@1', 'relu_1']",
        },
        { name: 'node_view', inputs: ['relu_1'], output: 'view', scopes: "['', 'view']" },
        { name: 'node_fc', inputs: ['view'], output: 'y', scopes: `["", "fc", "linear"]` },
      ],
      ['y'],
    );
    expect(modules(graph)).toEqual({
      getitem: ['layer4.2.bn1'],
      relu: [],
      add: [],
      relu_1: ['layer4', 'layer4.2', 'layer4.2.relu'],
      view: [],
      y: ['fc'],
    });
  });

  it('reads the names of tf2onnx, from the tensor where the node lost its own', () => {
    const graph = graphOf(
      [
        { name: 'model/block1/conv/Conv2D', inputs: ['x'], output: 'model/block1/conv/BiasAdd:0' },
        { name: 'Relu__5', inputs: ['model/block1/conv/BiasAdd:0'], output: 'model/block1/relu/Relu:0' },
        { name: 'model/head/MatMul', inputs: ['model/block1/relu/Relu:0'], output: 'y' },
      ],
      ['y'],
    );
    expect(modules(graph)).toEqual({
      'model/block1/conv/BiasAdd:0': ['model/block1/conv'],
      'model/block1/relu/Relu:0': ['model/block1', 'model/block1/relu'],
      y: ['model', 'model/head'],
    });
  });

  it('gives a module the last tensor that is read outside, not a later one that is only read inside', () => {
    const graph = graphOf(
      [
        { name: '/block/a/Relu', inputs: ['x'], output: 'a' },
        { name: '/block/b/Relu', inputs: ['a'], output: 'unread' },
        { name: '/head/Relu', inputs: ['a'], output: 'y' },
      ],
      ['y'],
    );
    expect(modules(graph)).toEqual({ a: ['block', 'block.a'], unread: ['block.b'], y: ['head'] });
  });
});

describe('layersOf on real exports', () => {
  const folder = new URL('../../../fixtures/golden/networks/', import.meta.url);
  for (const network of readdirSync(folder)) {
    it(`finds the modules of ${network} where PyTorch has their outputs`, () => {
      const golden = JSON.parse(readFileSync(new URL(`${network}/golden.json`, folder), 'utf8')) as {
        layers: { module: string; tensor: string }[];
      };
      const parsed = parseModel(readFileSync(new URL(`${network}/model.onnx`, folder)));
      // What the tensors are is another test's matter.
      const graph = parsed.with({
        declared: new Map(parsed.nodes.flatMap((node) => node.outputs.map((name) => [name, floats(name)] as const))),
      });
      const found = layers(graph);
      for (const { module, tensor } of golden.layers) {
        expect([module, found.filter((layer) => layer.modules.includes(module)).map(({ name }) => name)]).toEqual([
          module,
          [tensor],
        ]);
      }
    });
  }
});
