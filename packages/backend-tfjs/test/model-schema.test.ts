import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import type { ModelSource } from '@understory/core';
import { attribute, graphClassifier, graphModelFile, layersClassifier, type BytesSource } from './models.ts';

const floats = { T: attribute.type('DT_FLOAT') };
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A model.json as tests change it. */
interface Json {
  [key: string]: unknown;
  modelTopology: {
    node: { name: string; op?: unknown; input?: unknown[]; attr?: unknown }[];
    config: { layers: LayerJson[]; output_layers: unknown };
  };
  weightsManifest: { paths: unknown[]; weights: Record<string, unknown>[] }[];
}

interface LayerJson {
  name: string;
  class_name: unknown;
  config: Record<string, unknown>;
  inbound_nodes: unknown[][][];
}

function changed(file: BytesSource, change: (json: Json) => void): BytesSource {
  const json = JSON.parse(decoder.decode(file.bytes)) as Json;
  change(json);
  return { ...file, bytes: encoder.encode(JSON.stringify(json)) };
}

const withText = (file: BytesSource, from: string, to: string): BytesSource => ({
  ...file,
  bytes: encoder.encode(decoder.decode(file.bytes).replaceAll(from, to)),
});

async function refusal(source: ModelSource): Promise<Record<'code' | 'message' | 'found' | 'expected', string>> {
  try {
    const model = await new TfjsBackend().open(source, { devices: ['cpu'] });
    await model.close();
  } catch (error) {
    return error as Awaited<ReturnType<typeof refusal>>;
  }
  throw new Error('it was opened');
}

let layers: BytesSource;
let folder: string;

beforeAll(async () => {
  layers = await layersClassifier();
  folder = await mkdtemp(join(tmpdir(), 'understory-schema-'));
});

afterAll(async () => rm(folder, { recursive: true }));

const layerOf = (json: Json, name: string) => json.modelTopology.config.layers.find((layer) => layer.name === name)!;

describe('what is wrong in a model.json is named by its place', () => {
  const graphs: readonly (readonly [string, (json: Json) => void, string, string])[] = [
    [
      'a dtype',
      (json) => (json.weightsManifest[0]!.weights[1]!['dtype'] = 'int64'),
      'weightsManifest[0].weights[1].dtype',
      '"int64"',
    ],
    [
      'a size below zero',
      (json) => (json.weightsManifest[0]!.weights[0]!['shape'] = [3, -3]),
      'weightsManifest[0].weights[0].shape[1]',
      '-3',
    ],
    [
      'a shape that is none',
      (json) => (json.weightsManifest[0]!.weights[0]!['shape'] = '3'),
      'weightsManifest[0].weights[0].shape',
      '"3"',
    ],
    ['a path', (json) => (json.weightsManifest[0]!.paths[0] = 7), 'weightsManifest[0].paths[0]', '7'],
    ['an operator', (json) => (json.modelTopology.node[2]!.op = 5), 'modelTopology.node[2].op', '5'],
    ['an input', (json) => (json.modelTopology.node.at(-1)!.input = [null]), 'modelTopology.node[', 'null'],
    [
      'an attribute that is no list',
      (json) => (json.modelTopology.node[2]!.attr = { dilations: { list: { i: 1 } } }),
      'modelTopology.node[2].attr.dilations.list.i',
      '1',
    ],
    [
      'an attribute whose list is null',
      (json) => (json.modelTopology.node[2]!.attr = { dilations: { list: { i: null } } }),
      'modelTopology.node[2].attr.dilations.list.i',
      'null',
    ],
    [
      'an attribute of a text that is a number',
      (json) => (json.modelTopology.node[2]!.attr = { padding: { s: 7 } }),
      'modelTopology.node[2].attr.padding.s',
      '7',
    ],
    ['a signature', (json) => (json['signature'] = { outputs: { y: 'gap' } }), 'signature.outputs.y', '"gap"'],
    [
      'a name twice',
      (json) => json.modelTopology.node.push({ name: 'gap', op: 'Relu', input: ['x'] }),
      'modelTopology.node[',
      '"gap"',
    ],
    [
      'a node that is not there',
      (json) => (json.modelTopology.node.at(-1)!.input = ['nowhere']),
      '.input[0]',
      '"nowhere"',
    ],
  ];

  it.each(graphs)('of a graph model: %s', async (_, change, path, found) => {
    const error = await refusal(changed(graphClassifier(), change));
    expect(error).toMatchObject({ code: 'TFJS_MODEL_INVALID' });
    expect(error.message).toContain(path);
    expect(error.found).toContain(found);
    expect(error.expected).not.toBe('');
  });

  const layered: readonly (readonly [string, (json: Json) => void, string, string])[] = [
    ['a class', (json) => (layerOf(json, 'stem').class_name = null), 'config.layers[1].class_name', 'null'],
    ['a configuration', (json) => (layerOf(json, 'stem').config = 3 as never), 'config.layers[1].config', '3'],
    [
      'a call',
      (json) => (layerOf(json, 'stem').inbound_nodes = [[['image', 'a', 0, {}]]]),
      'config.layers[1].inbound_nodes',
      '"a"',
    ],
    [
      'a size of what is given that is none',
      (json) => (layerOf(json, 'image').config['batch_input_shape'] = [null, 8, { then: 'not a promise' }, 3]),
      'config.layers[0].config.batch_input_shape[2]',
      'an object with then',
    ],
    [
      'a layer that is not there',
      (json) => (layerOf(json, 'stem').inbound_nodes = [[['nowhere', 0, 0, {}]]]),
      'inbound_nodes of "stem"',
      '"nowhere"',
    ],
    [
      'a call that is not made',
      (json) => (layerOf(json, 'depth').inbound_nodes = [[['stem', 4, 0, {}]]]),
      'inbound_nodes of "',
      'call 4 of "stem"',
    ],
    [
      'a circle',
      (json) => (layerOf(json, 'stem').inbound_nodes = [[['sum', 0, 0, {}]]]),
      'inbound_nodes of "',
      'call 0 of',
    ],
    [
      'an output',
      (json) => (json.modelTopology.config.output_layers = [['nowhere', 0, 0]]),
      'its inputs and outputs',
      '"nowhere"',
    ],
  ];

  it.each(layered)('of a layers model: %s', async (_, change, path, found) => {
    const error = await refusal(changed(layers, change));
    expect(error).toMatchObject({ code: 'TFJS_MODEL_INVALID' });
    expect(error.message).toContain(path);
    expect(error.found).toContain(found);
  });

  it('but a layer that says another size than it is given is opened, and nothing is printed', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const source = changed(layers, (json) => (layerOf(json, 'stem').config['batch_input_shape'] = [null, 77, 77, 3]));
    const model = await new TfjsBackend().open(source, { devices: ['cpu'] });
    expect(warn.mock.calls).toEqual([]);
    warn.mockRestore();
    await model.close();
  });

  it('a model inside it that has no layers', async () => {
    const error = await refusal(changed(layers, (json) => (layerOf(json, 'stem').class_name = 'Model')));
    expect(error).toMatchObject({ code: 'TFJS_MODEL_INVALID', found: 'no layers', expected: 'a list of layers' });
  });

  it('a configuration that no reader foresees', async () => {
    const error = await refusal(changed(layers, (json) => (layerOf(json, 'stem').config['layer'] = null)));
    expect(error).toMatchObject({ code: 'TFJS_MODEL_INVALID' });
    expect(error.expected).toBe('layers and their configurations as Keras writes them');
  });

  it.each(['constructor', 'toString', 'nothing'])('an activation that nobody has: %s', async (activation) => {
    const error = await refusal(changed(layers, (json) => (layerOf(json, 'stem').config['activation'] = activation)));
    expect(error).toMatchObject({ code: 'OPERATOR_UNSUPPORTED' });
    expect(error.message).toContain(`the activation "${activation}"`);
  });

  it('nodes that wait for each other', async () => {
    const nodes = [
      { name: 'a', op: 'AddV2', input: ['x', 'b'], attr: floats },
      { name: 'b', op: 'Relu', input: ['a'], attr: floats },
      { name: 'y', op: 'Relu', input: ['b'], attr: floats },
    ];
    const error = await refusal(graphModelFile({ input: [-1, 4], nodes }));
    expect(error).toMatchObject({ code: 'TFJS_MODEL_INVALID', found: '"b", which waits for this node itself' });
  });

  it('the name __proto__, as a key and as a name', async () => {
    for (const source of [
      withText(graphClassifier(), '"gap"', '"__proto__"'),
      withText(layers, '"stem"', '"__proto__"'),
      withText(graphClassifier(), '"versions"', '"__proto__"'),
    ]) {
      expect(await refusal(source)).toMatchObject({ code: 'TFJS_MODEL_INVALID', found: 'the name __proto__' });
    }
    expect(({} as Record<string, unknown>)['producer']).toBeUndefined();
  });

  it('what is nested too deep', async () => {
    const deep = `{"modelTopology":${'['.repeat(100_000)}`;
    const error = await refusal({ kind: 'bytes', bytes: encoder.encode(deep) });
    expect(error).toMatchObject({ code: 'TFJS_MODEL_INVALID', expected: 'at most 200' });
  });

  it('but brackets in texts are no depth', async () => {
    const source = changed(graphClassifier(), (json) => (json['generatedBy'] = `\\"${'[{'.repeat(500)}`));
    const model = await new TfjsBackend().open(source, { devices: ['cpu'] });
    expect(model.outputs.map(({ name }) => name)).toEqual(['probabilities']);
    await model.close();
  });
});

describe('what is declared is not allocated', () => {
  it('weights that the files do not have', async () => {
    const source = changed(graphClassifier(), (json) => (json.weightsManifest[0]!.weights[0]!['shape'] = [1e6, 1e6]));
    expect(await refusal(source)).toMatchObject({ code: 'TFJS_SHARD_SIZE' });
  });

  it('an input', async () => {
    const nodes = [{ name: 'y', op: 'Relu', input: ['x'], attr: floats }];
    const error = await refusal(graphModelFile({ input: [-1, 100_000, 100_000, 3], nodes }));
    expect(error).toMatchObject({ code: 'MODEL_NOT_RUNNABLE' });
  });

  it('a layer', async () => {
    const error = await refusal(changed(layers, (json) => (layerOf(json, 'scores').config['units'] = 1e9)));
    expect(error).toMatchObject({ code: 'MODEL_NOT_RUNNABLE' });
    expect(error.found).toContain('the weight kernel [8, 1000000000] of the layer "scores" is larger than any');
  });
});

describe('weights of a layers model', () => {
  const withDtype = (dtype: string) =>
    changed(
      layers,
      (json) => (json.weightsManifest[0]!.weights.find(({ name }) => name === 'scores/bias')!['dtype'] = dtype),
    );

  it('of another type than the layer has', async () => {
    const error = await refusal(withDtype('int32'));
    expect(error).toMatchObject({ code: 'MODEL_NOT_RUNNABLE' });
    expect(error.found).toBe('"scores/bias" holds int32 where the layer has float32');
  });

  it('that do not hold the values that they are said to', async () => {
    expect(await refusal(withDtype('string'))).toMatchObject({ code: 'MODEL_NOT_RUNNABLE' });
  });
});

describe('files of weights', () => {
  const names = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];

  async function written(where: string): Promise<BytesSource> {
    const file = graphClassifier();
    await mkdir(join(folder, where), { recursive: true });
    await writeFile(join(folder, where, 'model.json'), file.bytes);
    return file;
  }

  const opened = async (where: string) => {
    const model = await new TfjsBackend().open({ kind: 'file', path: join(folder, where) }, { devices: ['cpu'] });
    await model.close();
    return model.outputs.length;
  };

  it('are followed where a folder is a link', async () => {
    const { externalData } = await written('real');
    for (const name of names) await writeFile(join(folder, 'real', name), externalData![name]!);
    await symlink(join(folder, 'real'), join(folder, 'linked'));
    expect(await opened('linked')).toBe(1);
  });

  it('are followed to where the model is, as caches of downloads have them', async () => {
    const { bytes, externalData } = graphClassifier();
    await mkdir(join(folder, 'blobs'));
    await mkdir(join(folder, 'snapshot'));
    for (const [name, data] of Object.entries({ ...externalData, 'model.json': bytes })) {
      await writeFile(join(folder, 'blobs', `sha-${name}`), data);
      await symlink(join('..', 'blobs', `sha-${name}`), join(folder, 'snapshot', name));
    }
    expect(await opened('snapshot')).toBe(1);
  });

  it('are refused elsewhere, by a link and by name', async () => {
    const { externalData } = await written('leaving');
    await writeFile(join(folder, 'secret.bin'), externalData![names[1]!]!);
    await writeFile(join(folder, 'leaving', names[0]!), externalData![names[0]!]!);
    await symlink(join('..', 'secret.bin'), join(folder, 'leaving', names[1]!));
    await expect(opened('leaving')).rejects.toMatchObject({ code: 'MODEL_NOT_READABLE' });
    for (const path of ['../secret.bin', '/etc/hostname', 'a/../../secret.bin']) {
      const source = changed(graphClassifier(), (json) => (json.weightsManifest[0]!.paths[1] = path));
      expect(await refusal(source)).toMatchObject({ code: 'MODEL_NOT_READABLE' });
    }
  });

  it('are no folders and no devices', async () => {
    const { externalData } = await written('folder');
    await writeFile(join(folder, 'folder', names[0]!), externalData![names[0]!]!);
    await mkdir(join(folder, 'folder', names[1]!));
    await expect(opened('folder')).rejects.toMatchObject({ code: 'TFJS_SHARD_MISSING', found: 'it is no file' });
    await mkdir(join(folder, 'device'));
    await symlink('/dev/zero', join(folder, 'device', 'model.json'));
    await expect(opened('device')).rejects.toMatchObject({ code: 'MODEL_NOT_READABLE', found: 'it is no file' });
  });
});
