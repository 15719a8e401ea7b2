import { OnnxBackend } from '@understory/backend-onnx';
import { TfjsBackend } from '@understory/backend-tfjs';
import { isDifferentiable, lastSpatialLayer } from '@understory/core';
import { resolveModel } from '@understory/zoo';
import { interleave, median, ms, ratio, table, times } from './lib/measure.mjs';
import { images } from './lib/networks.mjs';

const networks = { 'cifar10-resnet': 32, 'efficientnet-lite0': 224 };

/** Each on one device, so that what opens is what is named. */
const engines = [
  { name: 'onnx cpu', backend: new OnnxBackend(), device: 'cpu' },
  { name: 'onnx cuda', backend: new OnnxBackend(), device: 'cuda' },
  // The last two take each other's place in a process: the first of them that is installed is measured.
  ...['wasm', 'cpu', 'tfjs-node-gpu', 'tfjs-node'].map((device) => ({
    name: device.startsWith('tfjs') ? device : `tfjs ${device}`,
    backend: new TfjsBackend(),
    device,
  })),
];

const titles = { forward: 'forward', inputGradient: 'input gradient', gradCam: 'Grad-CAM' };

/** The same work on every engine that opens the network: a forward pass, the gradient of the input, and Grad-CAM's pass. */
export async function backends({ rounds, threads }) {
  const head = ['network', 'engine', 'runs on', ...Object.values(titles).flatMap((title) => [title, '/ first'])];
  const rows = [];
  const absent = new Set();
  for (const [network, size] of Object.entries(networks)) {
    const found = await onEveryEngine(network, { size, rounds, threads });
    rows.push(...found.rows);
    for (const line of found.absent) absent.add(line);
  }
  const lacking = absent.size === 0 ? [] : ['not there:', ...absent];
  const about = `${rounds} rounds, engines by turns, one picture, ${threads} threads where an engine can be told; medians`;
  return [`The same work on every engine, ${about}`, table([head, ...rows]), ...lacking, ''].join('\n');
}

async function onEveryEngine(network, { size, rounds, threads }) {
  const { source } = await resolveModel(network);
  const opened = {};
  const absent = [];
  for (const { name, backend, device } of engines) {
    try {
      const work = workOn(await backend.open(source, { devices: [device], threads }), size);
      // What fails at its first run is as good as absent.
      for (const task of Object.values(work.tasks)) await task();
      opened[name] = work;
    } catch (error) {
      absent.push(`  ${name}: ${String(error.found ?? error.message).split('\n')[0]}`);
    }
  }
  const tasks = Object.entries(opened).flatMap(([name, work]) =>
    Object.entries(work.tasks).map(([kind, task]) => [`${kind} ${name}`, task]),
  );
  // One warm-up beside the first run that each had.
  const t = await interleave(Object.fromEntries(tasks), { rounds, warmups: 1 });
  const [reference] = Object.keys(opened);
  const rows = Object.entries(opened).map(([name, { model }]) => [
    network,
    name,
    model.origin.executionProvider,
    ...Object.keys(titles).flatMap((kind) => {
      const own = t[`${kind} ${name}`];
      return own === undefined ? ['none', ''] : [ms(median(own)), times(ratio(own, t[`${kind} ${reference}`]))];
    }),
  ]);
  for (const { model } of Object.values(opened)) await model.close();
  return { rows, absent };
}

function workOn(model, size) {
  const [{ name: input }] = model.inputs;
  const [{ name: output }] = model.outputs;
  const feeds = { [input]: images(1, size) };
  const objective = { kind: 'score', output, index: [[3]] };
  const forward = () => model.run(feeds, [output]);
  if (!isDifferentiable(model)) return { model, tasks: { forward } };
  const layer = lastSpatialLayer(model, (name) => model.differentiability(output, name).differentiable).name;
  return {
    model,
    tasks: {
      forward,
      inputGradient: () => model.differentiate({ feeds, objective, withRespectTo: [input] }),
      gradCam: () => model.differentiate({ feeds, objective, withRespectTo: [layer], fetch: [layer] }),
    },
  };
}
