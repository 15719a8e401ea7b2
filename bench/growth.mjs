import { create } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { differentiate, Graph, Node, parseModel, writeTensor } from '@understory/onnx-autodiff';
import { median, ms, ratio, seconds, table, times } from './lib/measure.mjs';

const sizes = [250, 500, 1000, 2000];
const image = [1, 4, 8, 8];
const kernel = [4, 4, 3, 3];

/** A file of so many nodes in a row: Conv, Relu, and Add of what went into the Conv. */
function chain(count) {
  const values = new Float32Array(kernel.reduce((product, size) => product * size, 1)).fill(0.1);
  const initializers = new Map();
  const nodes = [];
  let [last, skip] = ['x', 'x'];
  for (let at = 0; at < count; at += 1) {
    const output = `y${at}`;
    if (at % 3 === 0) {
      const weights = `w${at}`;
      initializers.set(weights, { proto: writeTensor(weights, { type: 'float32', dims: kernel, values }) });
      skip = last;
      nodes.push(Node.of('Conv', [last, weights], [output], { pads: [1, 1, 1, 1] }));
    } else if (at % 3 === 1) nodes.push(Node.of('Relu', [last], [output]));
    else nodes.push(Node.of('Add', [last, skip], [output]));
    last = output;
  }
  const graph = new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'chain',
    opset: 18,
    inputs: [{ name: 'x', type: 'float32', shape: image }],
    outputs: [{ name: last, type: 'float32', shape: image }],
    nodes,
    initializers,
    declared: new Map(),
  });
  return { file: graph.encode(), output: last };
}

/** How the time to write a gradient graph grows with the graph: twice the nodes should take twice as long. */
export async function growth({ rounds }) {
  const files = sizes.map(chain);
  const measured = sizes.map(() => ({ parse: [], differentiate: [], encode: [], all: [] }));
  // The first two rounds warm up the compiler.
  for (let round = -2; round < rounds; round += 1) {
    for (const [at, { file, output }] of files.entries()) {
      let graph;
      let model;
      const objective = { kind: 'cotangent', outputs: [output] };
      const parse = await seconds(() => (graph = parseModel(file)));
      const derive = await seconds(() => (model = differentiate(graph, { objective, withRespectTo: ['x'] })));
      const encode = await seconds(() => model.graph.encode());
      if (round < 0) continue;
      const into = measured[at];
      into.parse.push(parse);
      into.differentiate.push(derive);
      into.encode.push(encode);
      into.all.push(parse + derive + encode);
    }
  }
  const rows = [['nodes', 'parse', 'differentiate', 'encode', 'all', 'all / half as many nodes']];
  for (const [at, count] of sizes.entries()) {
    const { parse, differentiate: derive, encode, all } = measured[at];
    const growing = at === 0 ? '' : times(ratio(all, measured[at - 1].all));
    rows.push([count, ...[parse, derive, encode, all].map((each) => ms(median(each))), growing]);
  }
  return `Growth of writing a gradient graph with its size; medians of ${rounds} rounds, ratios round by round\n${table(rows)}`;
}
