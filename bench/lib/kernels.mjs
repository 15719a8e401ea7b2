import { DifferentiableGraph, parseModel } from '@understory/onnx-autodiff';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { images, networkFile } from './networks.mjs';

/** The forward pass of a network, kernel by kernel. */
export async function forwardKernels(network, batch, rounds, threads) {
  const graph = parseModel(readFileSync(networkFile(network))).withBatch(batch);
  return { graph, kernels: await fastestKernels(graph, feedsOf(graph, batch), rounds, threads) };
}

/** The gradient of cross-entropy with respect to the input, with the forward pass in it, kernel by kernel. */
export async function gradientKernels(network, batch, rounds, threads) {
  const source = parseModel(readFileSync(networkFile(network))).withBatch(batch);
  const differentiable = new DifferentiableGraph(source, { blockedLayout: process.arch === 'x64' });
  const { graph, objectiveInputs } = differentiable.differentiate({
    objective: { kind: 'crossEntropy', output: source.outputs[0].name },
    withRespectTo: [source.inputs[0].name],
  });
  const target = BigInt64Array.from({ length: batch }, (_, sample) => BigInt((sample * 37 + 5) % 1000));
  const feeds = {
    ...feedsOf(source, batch),
    [objectiveInputs[0].name]: new ort.Tensor('int64', target, [batch]),
  };
  return { graph, kernels: await fastestKernels(graph, feeds, rounds, threads) };
}

function feedsOf(graph, batch) {
  const { type, data, dims } = images(batch);
  return { [graph.inputs[0].name]: new ort.Tensor(type, data, dims) };
}

/** Runs that come first and are not looked at: they allocate. */
const warmups = 2;

/** Every kernel that runs, with its multiply-adds and the seconds of its fastest run: what other work on the machine disturbs least. */
async function fastestKernels(graph, feeds, rounds, threads) {
  const weightsOf = (name) => {
    const node = graph.nodes.find((each) => each.name === name);
    return graph.initializers.get(node?.inputs[1])?.proto.dims.map(Number);
  };
  const folder = mkdtempSync(join(tmpdir(), 'understory-profile-'));
  try {
    const session = await ort.InferenceSession.create(graph.encode(), {
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
      const node = name.slice(0, -'_kernel_time'.length);
      kernels.set(key, {
        name: node,
        operator: args.op_name,
        time,
        multiplyAdds: multiplyAddsOf(args, () => weightsOf(node)),
      });
    }
    return [...kernels.values()];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of convolutions and products of matrices; 0 for all else. Weights that a kernel has packed are not among the inputs that it reports. */
function multiplyAddsOf({ op_name: operator, input_type_shape: inputs, output_type_shape: outputs }, packedWeights) {
  const [first, weights] = inputs.map((each) => Object.values(each)[0]);
  const out = Object.values(outputs[0] ?? {})[0];
  if (/^(?:Fused)?Conv$/.test(operator)) return size(out) * size(weights.slice(1));
  if (operator === 'ConvTranspose') return size(first) * size(packedWeights().slice(1));
  if (/^(?:Fused)?Gemm$/.test(operator)) return size(out) * (size(first) / out[0]);
  if (/^(?:Fused)?MatMul$/.test(operator)) return size(out) * first.at(-1);
  return 0;
}

const size = (dims) => dims.reduce((product, dim) => product * dim, 1);
