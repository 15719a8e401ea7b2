// Writes fixtures/golden/layouts.jsonl.gz from what layouts.py exported: of each network its graph without weights, and which layer
// `auto` means beside what the documentation of the family recommends. `--check` compares instead of writing, and prints a table.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { OnnxBackend } from '@understory/backend-onnx';
import { betweenIn, lastSpatialLayer, layerReadings } from '@understory/core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}tmp/layouts/`;
const file = `${root}fixtures/golden/layouts.jsonl.gz`;
const kept = ['axes', 'axis', 'ends', 'equation', 'keepdims', 'pads', 'perm', 'split', 'starts', 'steps', 'transA'];
const largestConstant = 64;

/** Tensors by number, so that names do not fill the file; layers keep theirs. */
async function written(name) {
  const expected = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8'));
  const model = await new OnnxBackend().open({ kind: 'file', path: `${folder}${name}.onnx` });
  try {
    const { graph, layers, inputs, outputs } = model;
    const numbers = new Map();
    const numberOf = (tensor) => {
      if (tensor === '') return -1;
      if (!numbers.has(tensor)) numbers.set(tensor, numbers.size);
      return numbers.get(tensor);
    };
    const constants = {};
    const keep = (tensor) => {
      const value = tensor && graph.constant(tensor);
      if (!value) return;
      const isIndex = value.type !== 'float32' && value.data.length <= largestConstant;
      constants[numberOf(tensor)] = [value.dims, ...(isIndex ? [[...value.data].map(Number)] : [])];
    };
    const nodes = graph.nodes.map(({ operator, inputs: read, outputs: computed, attributes }) => {
      for (const tensor of read) keep(tensor);
      const own = Object.fromEntries(
        kept.filter((key) => attributes[key] !== undefined).map((key) => [key, attributes[key]]),
      );
      return [operator, read.map(numberOf), computed.map(numberOf), ...(Object.keys(own).length > 0 ? [own] : [])];
    });
    const isOnPath = betweenIn(
      graph,
      [inputs[0].name],
      outputs.map((output) => output.name),
    );
    const auto = lastSpatialLayer(model, isOnPath);
    const reading = auto && layerReadings(model).get(auto.name);
    const layerOf = (layer) => [numberOf(layer.name), layer.operator, layer.dims ?? null, layer.modules];
    return {
      ...expected,
      auto: auto ? { layer: numberOf(auto.name), name: auto.modules.at(-1) ?? auto.name, kind: reading.kind } : null,
      input: [numberOf(inputs[0].name), inputs[0].dims],
      outputs: outputs.map((output) => numberOf(output.name)),
      nodes,
      layers: layers.map(layerOf),
      constants,
    };
  } finally {
    await model.close();
  }
}

const names = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''))
  .sort();
const entries = [];
for (const name of names) entries.push(await written(name));
if (process.argv.includes('--check')) {
  const before = gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  let failed = 0;
  for (const entry of entries) {
    const golden = before.find(({ network, exporter }) => network === entry.network && exporter === entry.exporter);
    const isSame =
      golden &&
      JSON.stringify([golden.auto?.name, golden.map, golden.expected]) ===
        JSON.stringify([entry.auto?.name, entry.map, entry.expected]);
    if (!isSame) failed += 1;
    console.log(
      [
        isSame ? 'same' : 'DIFFERS',
        entry.network,
        entry.exporter,
        entry.map.join('x'),
        entry.module,
        entry.auto?.name,
      ].join('\t'),
    );
  }
  process.exitCode = failed > 0 ? 1 : 0;
} else {
  writeFileSync(file, gzipSync(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { level: 9 }));
  console.log(`${entries.length} graphs`);
}
