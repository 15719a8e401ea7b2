import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OnnxBackend } from '@understory/backend-onnx';
import { TfjsBackend } from '@understory/backend-tfjs';
import { float32, isDiagnosed, seededRandom } from '@understory/core';
import { judgeSlope } from './slope.mjs';

/** Runs a network on both backends and holds logits and gradients against each other and against differences of logits. */
export async function compareNumbers([path, seed], { stdout, stderr, cwd }) {
  const bytes = await readFile(join(cwd, path));
  const problems = [];
  try {
    const model = await new OnnxBackend().open({ kind: 'bytes', bytes }, { threads: 1 });
    try {
      const found = await examine(model, seed, problems);
      if (found !== undefined) await compareEngines(bytes, found, problems);
    } finally {
      await model.close();
    }
  } catch (error) {
    stderr.write(`${JSON.stringify({ error: errorRecord(error) })}\n`);
    return 2;
  }
  stdout.write(`${JSON.stringify({ problems })}\n`);
  return 0;
}

function errorRecord(error) {
  if (isDiagnosed(error)) return { code: error.code, message: error.message, found: error.found };
  return { code: 'INTERNAL', message: String(error?.stack ?? error) };
}

const isFinite = (data) => data.every(Number.isFinite);

/** The logits and their gradient, where there are some; what is wrong with them goes to `problems`. */
async function examine(model, seed, problems) {
  const [input] = model.inputs;
  const dims = input.dims.map((size) => (typeof size === 'string' ? 2 : size));
  const random = seededRandom(seed);
  const size = dims.reduce((product, dim) => product * dim, 1);
  const x = Float32Array.from({ length: size }, () => random.normal());
  const direction = Float32Array.from({ length: size }, () => random.normal());
  const runOn = async (data) => (await model.run({ [input.name]: float32(data, dims) }, ['logits'])).logits.data;
  const logits = await runOn(x);
  if (!isFinite(logits)) return undefined;
  if (logits.length !== 3 * dims[0]) return undefined;
  const index = Array.from({ length: dims[0] }, () => [random.integer(3)]);
  const request = {
    feeds: { [input.name]: float32(x, dims) },
    objective: { kind: 'score', output: 'logits', index },
    withRespectTo: [input.name],
  };
  const { value, gradients } = await model.differentiate(request);
  const gradient = gradients[input.name].data;
  index.forEach(([chosen], sample) => {
    if (!near(value[sample], logits[3 * sample + chosen], 1e-4)) {
      problems.push(`the differentiated graph says ${value[sample]}, the network ${logits[3 * sample + chosen]}`);
    }
  });
  if (!isFinite(gradient)) problems.push('the gradient is not finite, the logits are');
  const sumOf = (data) => index.reduce((sum, [chosen], sample) => sum + data[3 * sample + chosen], 0);
  const { problem } = await judgeSlope({
    valueAt: async (step) => sumOf(await runOn(x.map((number, at) => number + step * direction[at]))),
    slope: gradient.reduce((sum, number, at) => sum + number * direction[at], 0),
    length: Math.hypot(...gradient) || 0,
    size: logits.reduce((sum, number) => sum + Math.abs(number), 0),
  });
  if (problem !== undefined) problems.push(problem);
  return { input: input.name, request, logits, gradient };
}

/** What TensorFlow.js makes of the same file, where it takes it. */
async function compareEngines(bytes, { input, request, logits, gradient }, problems) {
  let model;
  try {
    model = await new TfjsBackend().open({ kind: 'bytes', bytes }, { devices: ['cpu'] });
  } catch (error) {
    if (isDiagnosed(error)) return;
    throw error;
  }
  try {
    const result = await model.differentiate({ ...request, fetch: ['logits'] });
    compare('logits', result.fetched.logits.data, logits, problems);
    compare('gradient', result.gradients[input].data, gradient, problems);
  } catch (error) {
    if (!isDiagnosed(error)) throw error;
  } finally {
    await model.close();
  }
}

function compare(what, theirs, ours, problems) {
  if (theirs.length !== ours.length)
    return void problems.push(`TensorFlow.js gives ${theirs.length} numbers of the ${what}, not ${ours.length}`);
  const largest = ours.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
  const off = ours.reduce((most, number, at) => Math.max(most, Math.abs(number - theirs[at])), 0);
  if (!(off <= 2e-3 * largest + 1e-5))
    problems.push(`the ${what} of TensorFlow.js is off by ${off}, of ${largest} at most`);
}

const near = (one, other, tolerance) => Math.abs(one - other) <= tolerance * (1 + Math.abs(other));
