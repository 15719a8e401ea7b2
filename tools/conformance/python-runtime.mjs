import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DifferentiableGraph, parseModel } from '@understory/onnx-autodiff';
import { summary } from './check.mjs';
import { compare } from './compare.mjs';
import { readGolden } from './golden.mjs';

const script = fileURLToPath(new URL('run_differentiated.py', import.meta.url));

/** Writes the differentiated graph of a golden's first question beside the model, with what its extra inputs stand for. */
export async function writeDifferentiated(folder) {
  const golden = await readGolden(folder);
  const [question] = golden.questions;
  const [image] = Object.keys(golden.inputs);
  const graph = new DifferentiableGraph(parseModel(readFileSync(join(folder, 'model.onnx'))));
  const objective = question.index
    ? { kind: 'score', output: Object.keys(golden.outputs)[0] }
    : { kind: 'cotangent', outputs: Object.keys(question.cotangents) };
  const derived = graph.differentiate({ objective, withRespectTo: [image] });
  writeFileSync(join(folder, 'differentiated.onnx'), derived.graph.encode());
  writeFileSync(
    join(folder, 'differentiated.json'),
    JSON.stringify({ inputs: derived.objectiveInputs, gradient: derived.gradients[image] }),
  );
}

/** Runs those files in Python; for each folder a function that compares its gradient with ours. */
export async function runInPython(python, folders, threads) {
  const { status, stdout, stderr } = spawnSync(python, [script, '--threads', String(threads), ...folders], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${script} failed:\n${stderr}`);
  const replies = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return folders.map((folder, at) => (input) => {
    if (replies[at].error) return { failure: replies[at].error };
    const bytes = readFileSync(join(folder, 'differentiated.bin'));
    const gradient = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    return summary({ 'input gradient': compare(gradient, input) });
  });
}
