import { DifferentiableGraph, parseModel } from '@understory/onnx-autodiff';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { ms, table } from './lib/measure.mjs';
import { images, networkFile } from './lib/networks.mjs';

/** The prefix of the names of nodes that `onnx-autodiff` appends. */
const appended = /^gradient\/(?:(?<origin>.+)\/)?[^/]+$/;

/**
 * Where the input gradient of cross-entropy spends its time, as ONNX Runtime's own profiler sees it: by operator, forward, backward
 * and what the runtime's optimiser added itself (changes of layout), then backward by the kind of node that is differentiated.
 */
export async function profile({ networks, batches, rounds, threads }) {
  const parts = [];
  for (const network of networks) {
    for (const batch of batches) parts.push(await profileOf(network, batch, rounds, threads));
  }
  return parts.join('\n\n');
}

async function profileOf(network, batch, rounds, threads) {
  const source = parseModel(readFileSync(networkFile(network)));
  const blockedLayout = process.arch === 'x64';
  const differentiable = new DifferentiableGraph(source.withBatch(batch), { blockedLayout });
  const { graph, objectiveInputs } = differentiable.differentiate({
    objective: { kind: 'crossEntropy', output: source.outputs[0].name },
    withRespectTo: [source.inputs[0].name],
  });
  const target = BigInt64Array.from({ length: batch }, (_, sample) => BigInt((sample * 37 + 5) % 1000));
  const { type, data, dims } = images(batch);
  const feeds = {
    [source.inputs[0].name]: new ort.Tensor(type, data, dims),
    [objectiveInputs[0].name]: new ort.Tensor('int64', target, [batch]),
  };
  const kernels = await fastestKernels(graph.encode(), feeds, rounds, threads);
  const operators = new Map(graph.nodes.map((node) => [node.name, node.operator]));
  const byOperator = new Map();
  const byOrigin = new Map();
  let total = 0;
  for (const { name, operator, time } of kernels) {
    const side = sideOf(name, operators);
    total += time;
    count(byOperator, [operator, side], time);
    if (side === 'backward') {
      const { origin } = appended.exec(name)?.groups ?? {};
      count(byOrigin, [operators.get(origin) ?? 'objective', operator], time);
    }
  }
  const rowsOf = (sums) =>
    [...sums.values()]
      .sort((a, b) => b.time - a.time)
      .filter(({ time }) => time > total / 200)
      .map(({ labels, nodes, time }) => [...labels, nodes, ms(time), `${((100 * time) / total).toFixed(1)} %`]);
  const columns = ['nodes', 'time', 'share'];
  return [
    `${network}, batch ${batch}, ${threads} threads, fastest of ${rounds} runs node by node: ${ms(total)} in kernels`,
    table([['operator', 'side', ...columns], ...rowsOf(byOperator)]),
    '',
    table([['gradient of', 'operator', ...columns], ...rowsOf(byOrigin)]),
  ].join('\n');
}

/** Runs that come first and are not looked at: they allocate. */
const warmups = 2;

/** Every kernel that runs, with the seconds of its fastest run: what other work on the machine disturbs least. */
async function fastestKernels(model, feeds, rounds, threads) {
  const folder = mkdtempSync(join(tmpdir(), 'understory-profile-'));
  try {
    const session = await ort.InferenceSession.create(model, {
      intraOpNumThreads: threads,
      logSeverityLevel: 3,
      enableMemPattern: false,
      enableProfiling: true,
      profileFilePrefix: join(folder, 'trace'),
    });
    for (let round = 0; round < warmups + rounds; round += 1) await session.run(feeds);
    session.endProfiling();
    await session.release();
    const events = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]), 'utf8'));
    const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
    const kernels = new Map();
    for (const { cat, name, ts, dur, args } of events) {
      if (cat !== 'Node' || !name.endsWith('_kernel_time') || ts < runs[warmups].ts) continue;
      // Names alone need not differ: what the runtime adds may have none.
      const key = `${args.node_index} ${name}`;
      const time = Math.min(dur / 1e6, kernels.get(key)?.time ?? Infinity);
      kernels.set(key, { name: name.slice(0, -'_kernel_time'.length), operator: args.op_name, time });
    }
    return [...kernels.values()];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The runtime names what it adds after tensors or not at all; fused nodes keep the name of one of their parts. */
function sideOf(name, operators) {
  if (name.startsWith('gradient/') || name.startsWith('objective/')) return 'backward';
  return operators.has(name) || operators.has(name.replace(/_nchwc$/, '')) ? 'forward' : 'runtime';
}

function count(sums, labels, time) {
  const key = labels.join(' ');
  const sum = sums.get(key) ?? { labels, nodes: 0, time: 0 };
  sum.nodes += 1;
  sum.time += time;
  sums.set(key, sum);
}
