// Runs the contract of a backend with gradients and the goldens of small networks on WebGPU: a line of JSON for each.
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { OnnxBackend } from '@understory/backend-onnx';
import { toFloat32 } from '@understory/core';
import { listGoldens, readGolden } from '@understory/testing/node';
import { distance } from './executions.mjs';

register('../workspace/typescript-loader.mjs', import.meta.url);

const root = fileURLToPath(new URL('../..', import.meta.url));
const { contractCases } = await import(`${root}packages/backend-onnx/test/contract-cases.ts`);

/** A few families, and the network of the contract whose gradients go through most kinds of nodes: imitating a graphics processor takes long. */
const compared = ['squeezenet', 'resnet', 'mobilenet-v2', 'vit'].map((name) => `${name}-torchscript`);
const ofContract = 'shuffled-torchscript';

const onWebGpu = () => {
  const backend = new OnnxBackend();
  const open = (source, options = {}) => backend.open(source, { devices: ['webgpu'], ...options });
  return { accepts: (source) => backend.accepts(source), open };
};
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const messageOf = (error) => [error.message, error.found].filter(Boolean).join(' ');

for (const { name, folder, model: path } of await listGoldens(root)) {
  if (!compared.includes(name)) continue;
  const golden = await readGolden(folder);
  const opened = [];
  try {
    for (const backend of [onWebGpu(), new OnnxBackend()]) opened.push(await backend.open({ kind: 'file', path }));
    const found = await Promise.all(opened.map((model) => answersOf(model, golden)));
    const [webgpu, cpu] = found;
    for (const what of Object.keys(cpu)) say({ network: name, what, furthest: distance(webgpu[what], cpu[what]) });
  } catch (error) {
    say({ network: name, what: 'opens and runs', failure: messageOf(error) });
  }
  for (const model of opened) await model.close();
}

async function answersOf(model, { input, classes }) {
  const [{ name: fed }] = model.inputs;
  const [{ name: output }] = model.outputs;
  const feeds = { [fed]: input };
  const answers = { logits: toFloat32((await model.run(feeds, [output]))[output]) };
  for (const objective of [
    { kind: 'score', output, index: classes.map((index) => [index]) },
    { kind: 'crossEntropy', output, target: classes },
  ]) {
    const { gradients } = await model.differentiate({ feeds, objective, withRespectTo: [fed] });
    answers[`input gradient, ${objective.kind}`] = toFloat32(gradients[fed]);
  }
  return answers;
}

const suites = contractCases(onWebGpu, (network) => ({
  kind: 'file',
  path: `${root}fixtures/golden/networks/${network}/model.onnx`,
}));
for (const { network, cases } of suites) {
  if (network !== ofContract) continue;
  for (const { name, run, skip } of cases) {
    if (skip) continue;
    const failure = await run().then(() => undefined, messageOf);
    say({ network, what: `contract: ${name}`, failure });
  }
}
