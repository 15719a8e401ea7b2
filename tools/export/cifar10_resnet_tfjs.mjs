/**
 * Writes packages/zoo/models/cifar10-resnet/tfjs/, the bundled CIFAR-10 network as a layers model of TensorFlow.js, with the weights
 * of its ONNX file; the same bytes each time. `npm run build` comes first.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { parseModel } from '@understory/onnx-autodiff';

const folder = new URL('../../packages/zoo/models/cifar10-resnet/', import.meta.url);
const shard = 'group1-shard1of1.bin';

const graph = parseModel(await readFile(new URL('onnx/model.onnx', folder)));
await tf.setBackend('cpu');

/** `/stage1/stage1.0/conv1/Conv` as PyTorch calls the module, `stage1.0.conv1`. */
function moduleOf(name) {
  const path = [];
  for (const part of name.split('/').slice(1, -1)) {
    const before = path.at(-1);
    if (before !== undefined && part.startsWith(`${before}.`)) path[path.length - 1] = part;
    else path.push(part);
  }
  return path.join('.');
}

function weight(name, perm) {
  const { dims, values } = graph.constant(name);
  const tensor = tf.tensor(Float32Array.from(values), [...dims]);
  return perm ? tf.transpose(tensor, perm) : tensor;
}

const weights = new Map();

/** The layer that a node is, applied to what its inputs became. */
function layerOf(node, inputs) {
  const name = moduleOf(node.name);
  switch (node.operator) {
    case 'Conv': {
      const [kernel] = node.ints('kernel_shape');
      const [stride] = node.ints('strides');
      const [margin] = node.ints('pads');
      const isSame = stride === 1 && margin === (kernel - 1) / 2;
      const padded =
        isSame || margin === 0
          ? inputs[0]
          : tfl.layers.zeroPadding2d({ name: `${name}.pad`, padding: [margin, margin] }).apply(inputs[0]);
      const [filters] = graph.constant(node.inputs[1]).dims;
      weights.set(name, [weight(node.inputs[1], [2, 3, 1, 0]), weight(node.inputs[2])]);
      const options = { name, filters, kernelSize: kernel, strides: stride, padding: isSame ? 'same' : 'valid' };
      return tfl.layers.conv2d(options).apply(padded);
    }
    case 'Relu':
      return tfl.layers.reLU({ name }).apply(inputs[0]);
    case 'MaxPool': {
      const [poolSize] = node.ints('kernel_shape');
      const [strides] = node.ints('strides');
      return tfl.layers.maxPooling2d({ name, poolSize, strides }).apply(inputs[0]);
    }
    case 'Add':
      return tfl.layers.add({ name: `${name}.add` }).apply(inputs);
    case 'GlobalAveragePool':
      return tfl.layers.globalAveragePooling2d({ name }).apply(inputs[0]);
    case 'Flatten':
      // The pooling has left no axes to flatten.
      return inputs[0];
    case 'Gemm': {
      const [units] = graph.constant(node.inputs[1]).dims;
      weights.set('logits', [weight(node.inputs[1], [1, 0]), weight(node.inputs[2])]);
      return tfl.layers.dense({ name: 'logits', units }).apply(inputs[0]);
    }
    default:
      throw new Error(`the network has an operator ${node.operator}, which this script does not know`);
  }
}

const values = new Map([['input', tfl.input({ name: 'input', shape: [32, 32, 3] })]]);
for (const node of graph.nodes) {
  const inputs = node.inputs.flatMap((name) => values.get(name) ?? []);
  values.set(node.outputs[0], layerOf(node, inputs));
}
const model = tfl.model({ name: 'cifar10-resnet', inputs: values.get('input'), outputs: values.get('logits') });
for (const [name, own] of weights) model.getLayer(name).setWeights(own);

let artifacts;
await model.save(
  tf.io.withSaveHandler(async (saved) => {
    artifacts = saved;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  }),
);
const { modelTopology, weightSpecs, weightData } = artifacts;
const json = {
  format: 'layers-model',
  generatedBy: `TensorFlow.js tfjs-layers v${tfl.version_layers}`,
  convertedBy: 'tools/export/cifar10_resnet_tfjs.mjs',
  modelTopology,
  weightsManifest: [{ paths: [shard], weights: weightSpecs }],
};
const files = [
  ['model.json', new TextEncoder().encode(`${JSON.stringify(json, null, 1)}\n`)],
  [shard, new Uint8Array(weightData)],
];
await mkdir(new URL('tfjs/', folder), { recursive: true });
const described = [];
for (const [name, bytes] of files) {
  await writeFile(new URL(`tfjs/${name}`, folder), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  described.push(`\`tfjs/${name}\`, ${bytes.length.toLocaleString('en')} bytes, SHA-256 \`${sha256}\``);
}

const card = new URL('README.md', folder);
const isOurs = (line) => line.startsWith('- for TensorFlow.js: ');
const text = (await readFile(card, 'utf8')).split('\n').filter((line) => !isOurs(line));
const at = text.findIndex((line) => line.startsWith('- file: `onnx/model.onnx`'));
text.splice(at + 1, 0, ...described.map((line) => `- for TensorFlow.js: ${line}`));
await writeFile(card, text.join('\n'));
console.error(`written to ${fileURLToPath(new URL('tfjs/', folder))}`);
