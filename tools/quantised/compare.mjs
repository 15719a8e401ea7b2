// Prints, as a Markdown table, how quantised files of a classifier explain pictures compared with their float twin:
//
//   python -m tools.quantised.quantise packages/zoo/models/cifar10-resnet/onnx/model.onnx OUT
//   npm run build && node tools/quantised/compare.mjs OUT
//
// Correlations are means over the pictures, each explained for the class that the float network gives it; Grad-CAM is that of what the
// middle one of the convolutions reads and of what the global average pooling reads.
import * as ort from 'onnxruntime-node';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DifferentiableGraph, parseModel } from '@understory/onnx-autodiff';

const [folder] = process.argv.slice(2);
const bytes = readFileSync(join(folder, 'pictures.bin'));
const pixels = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const size = 3 * 32 * 32;
const count = pixels.length / size;

/** Reads what the last pooling reads, with the zero point that is taken from whole numbers. */
function pooled(graph) {
  const node = graph.nodes.find(({ operator }) => /GlobalAveragePool$/.test(operator));
  const zero = node.operator === 'GlobalAveragePool' ? undefined : node.inputs[2];
  return { layer: node.inputs[0], zero: zero ? Number(graph.constant(zero).values[0]) : 0 };
}

/** What the middle one of the convolutions reads, as floating-point numbers. */
function middleLayer({ graph }) {
  // Those on shortcuts stand elsewhere from file to file.
  const convolutions = graph.nodes.filter((node) => /Conv/.test(node.operator) && node.ints('kernel_shape')?.[0] === 3);
  const [name] = convolutions[Math.trunc(convolutions.length / 2)].inputs;
  const producer = graph.nodes[graph.producerOf(name)];
  return /QuantizeLinear$/.test(producer.operator) && producer.operator !== 'DequantizeLinear'
    ? producer.inputs[0]
    : name;
}

/** Steps of integrated gradients from a grey picture. */
const steps = 16;

async function explained(file, classes) {
  const model = parseModel(readFileSync(file));
  const { layer, zero } = pooled(model);
  const differentiable = new DifferentiableGraph(model);
  const middle = middleLayer(differentiable);
  const input = model.inputs[0].name;
  const output = model.outputs[0].name;
  const result = differentiable.differentiate({
    objective: { kind: 'score', output },
    withRespectTo: [input, layer, middle],
    fetch: [output, layer, middle],
  });
  const session = await ort.InferenceSession.create(result.graph.encode(result.sizes), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const rows = [];
  for (let at = 0; at < count; at += 1) {
    const own = pixels.slice(at * size, (at + 1) * size);
    const run = async (index, share = 1) =>
      session.run({
        [input]: new ort.Tensor(
          'float32',
          own.map((value) => share * value),
          [1, 3, 32, 32],
        ),
        [result.objectiveInputs[0].name]: new ort.Tensor('int64', BigInt64Array.of(BigInt(index)), [1, 1]),
      });
    const index = classes ? classes[at] : largest((await run(0))[output].data);
    const values = await run(index);
    const mapOf = (name, from) => classMap(values[name], values[result.gradients[name]].data, from);
    const integrated = new Float64Array(size);
    for (let step = 0; step < steps; step += 1) {
      const slopes = (await run(index, (step + 0.5) / steps))[result.gradients[input]].data;
      slopes.forEach((slope, place) => (integrated[place] += (slope * own[place]) / steps));
    }
    const gradient = values[result.gradients[input]].data;
    rows.push({
      index,
      said: largest(values[output].data),
      logits: values[output].data,
      gradient,
      saliency: overChannels(gradient, (of) => Math.max(...of.map(Math.abs))),
      integrated: overChannels(integrated, (of) => of.reduce((sum, value) => sum + value, 0)),
      middle: mapOf(middle, 0),
      last: mapOf(layer, zero),
    });
  }
  return rows;
}

/** Grad-CAM of one picture; `zero` is taken from whole numbers. */
function classMap({ dims: [, channels, height, width], data }, slopes, zero) {
  const map = new Float64Array(height * width);
  for (let channel = 0; channel < channels; channel += 1) {
    const from = channel * map.length;
    const weight = slopes.slice(from, from + map.length).reduce((a, b) => a + b, 0);
    for (let place = 0; place < map.length; place += 1) map[place] += weight * (data[from + place] - zero);
  }
  return map.map((value) => Math.max(value, 0));
}

function overChannels(values, of) {
  const places = values.length / 3;
  return Float64Array.from({ length: places }, (_, at) =>
    of([0, 1, 2].map((channel) => values[channel * places + at])),
  );
}

function largest(values) {
  return values.indexOf(Math.max(...values));
}

function correlation(a, b) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let at = 0; at < a.length; at += 1) {
    ab += (a[at] - ma) * (b[at] - mb);
    aa += (a[at] - ma) ** 2;
    bb += (b[at] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

const twin = await explained(join(folder, 'float.onnx'));
const classes = twin.map(({ index }) => index);
console.log(
  '| file | same class | logits | gradient of the pixels | saliency | integrated gradients | Grad-CAM, middle | Grad-CAM, last |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.onnx') && name !== 'float.onnx')
  .sort()) {
  const rows = await explained(join(folder, file), classes);
  const same = rows.filter(({ said }, at) => said === twin[at].said).length;
  const mean = (part) => rows.reduce((sum, row, at) => sum + correlation(row[part], twin[at][part]), 0) / rows.length;
  const numbers = ['logits', 'gradient', 'saliency', 'integrated', 'middle', 'last'].map((part) =>
    mean(part).toFixed(3),
  );
  console.log(`| ${[basename(file, '.onnx'), `${same} of ${rows.length}`, ...numbers].join(' | ')} |`);
}
