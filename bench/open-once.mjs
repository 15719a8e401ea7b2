import { OnnxBackend } from '@understory/backend-onnx';
import * as ort from 'onnxruntime-node';
import { seconds } from './lib/measure.mjs';

/**
 * Opens a model that takes a picture and text in a process of its own and prints seconds, processor seconds and the highest resident size as JSON.
 * `runtime`: ONNX Runtime's own session of the file. `open`: the model as every command opens it. `explain`: until the one session is there from which
 * answers and gradients come. With `run` one run follows.
 */
const [path, what, threads, follows] = process.argv.slice(2);
const options = { threads: Number(threads) };
const picture = [1, 3, 800, 1066];
const tokens = 9;

/** A smooth picture, no padding, and some tokens. */
function feedsFor(inputs) {
  return Object.fromEntries(
    inputs.map(({ name, type, dims }) => {
      const sizes = dims.length === 4 ? picture : dims.length === 3 ? [1, ...picture.slice(2)] : [1, tokens];
      const count = sizes.reduce((product, size) => product * size, 1);
      const data =
        type === 'float32'
          ? Float32Array.from({ length: count }, (_, at) => Math.sin(at / 3000))
          : new BigInt64Array(count).fill(1n);
      return [name, { type, dims: sizes, data }];
    }),
  );
}

const toRuntime = ([name, { type, dims, data }]) => [name, new ort.Tensor(type, data, dims)];
const before = process.cpuUsage();
let spent;
let run;
if (what === 'runtime') {
  let session;
  spent = await seconds(async () => {
    session = await ort.InferenceSession.create(path, { intraOpNumThreads: options.threads, logSeverityLevel: 4 });
  });
  const inputs = session.inputMetadata.map(({ name, type, shape }) => ({ name, type, dims: shape }));
  run = () => session.run(Object.fromEntries(Object.entries(feedsFor(inputs)).map(toRuntime)));
} else {
  let model;
  spent = await seconds(async () => {
    model = await new OnnxBackend().open({ kind: 'file', path }, { ...options, isDeferred: what === 'explain' });
  });
  const scores = model.outputs.map(({ name }) => name).filter((name) => !/box/.test(name));
  const layer = model.layers.findLast(({ modules }) => modules.some((module) => module.endsWith('blocks.6.2'))).name;
  const answer = () => model.run(feedsFor(model.inputs), scores);
  run = answer;
  if (what === 'explain') {
    const terms = scores.map((output) => ({ kind: 'cotangent', outputs: [output] }));
    spent += await seconds(async () => {
      model.foresee({ objective: { kind: 'sum', terms }, withRespectTo: [layer], fetch: [layer, ...scores] }, 1);
      await model.ready();
    });
  }
}
if (follows === 'run') await run();
const { user, system } = process.cpuUsage(before);
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ seconds: spent, processor: (user + system) / 1e6, peak }));
