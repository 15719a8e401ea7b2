// Prints, as a Markdown table, how quantised files of a classifier explain pictures compared with their float twin:
//
//   python -m tools.quantised.quantise packages/zoo/models/cifar10-resnet/onnx/model.onnx OUT
//   npm run build && node tools/quantised/compare.mjs OUT
//
// Correlations are means over the pictures, each explained for the class that the float network gives it; the Grad-CAM map is that of
// what the global average pooling reads.
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

async function explained(file, classes) {
  const model = parseModel(readFileSync(file));
  const { layer, zero } = pooled(model);
  const differentiable = new DifferentiableGraph(model);
  const input = model.inputs[0].name;
  const output = model.outputs[0].name;
  const result = differentiable.differentiate({
    objective: { kind: 'score', output },
    withRespectTo: [input, layer],
    fetch: [output, layer],
  });
  const session = await ort.InferenceSession.create(result.graph.encode(result.sizes), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const rows = [];
  for (let at = 0; at < count; at += 1) {
    const picture = new ort.Tensor('float32', pixels.slice(at * size, (at + 1) * size), [1, 3, 32, 32]);
    const run = async (index) =>
      session.run({
        [input]: picture,
        [result.objectiveInputs[0].name]: new ort.Tensor('int64', BigInt64Array.of(BigInt(index)), [1, 1]),
      });
    const index = classes ? classes[at] : largest((await run(0))[output].data);
    const values = await run(index);
    const [activations, slopes] = [values[layer], values[result.gradients[layer]].data];
    const [, channels, height, width] = activations.dims;
    const map = new Float64Array(height * width);
    for (let channel = 0; channel < channels; channel += 1) {
      const from = channel * height * width;
      const weight = slopes.slice(from, from + height * width).reduce((a, b) => a + b, 0);
      for (let place = 0; place < map.length; place += 1)
        map[place] += weight * (activations.data[from + place] - zero);
    }
    rows.push({
      index,
      said: largest(values[output].data),
      logits: values[output].data,
      gradient: values[result.gradients[input]].data,
      map: map.map((value) => Math.max(value, 0)),
    });
  }
  return rows;
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
console.log(`| file | same class | logits | gradient of the pixels | Grad-CAM map |`);
console.log('| --- | --- | --- | --- | --- |');
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.onnx') && name !== 'float.onnx')
  .sort()) {
  const rows = await explained(join(folder, file), classes);
  const same = rows.filter(({ said }, at) => said === twin[at].said).length;
  const mean = (part) => rows.reduce((sum, row, at) => sum + correlation(row[part], twin[at][part]), 0) / rows.length;
  const numbers = ['logits', 'gradient', 'map'].map((part) => mean(part).toFixed(3));
  console.log(`| ${[basename(file, '.onnx'), `${same} of ${rows.length}`, ...numbers].join(' | ')} |`);
}
