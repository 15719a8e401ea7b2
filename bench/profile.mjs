import { gradientKernels } from './lib/kernels.mjs';
import { ms, table } from './lib/measure.mjs';

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
  const { graph, kernels } = await gradientKernels(network, batch, rounds, threads);
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
