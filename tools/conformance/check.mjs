import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OnnxBackend } from '@understory/backend-onnx';
import { TfjsBackend } from '@understory/backend-tfjs';
import { gradCam } from '@understory/explain-gradcam';
import { DifferentiableGraph, parseModel } from '@understory/onnx-autodiff';
import { useModel } from './as-a-user.mjs';
import { compare } from './compare.mjs';
import { readGolden } from './golden.mjs';

/** Holds one exported network against its golden: the worst cosine, the largest relative error, and the operators on the way. */
export async function check(folder, threads) {
  const golden = await readGolden(folder);
  const layers = join(folder, 'model.json');
  const isTfjs = existsSync(layers);
  const path = isTfjs ? layers : join(folder, 'model.onnx');
  if (golden.subject) await useModel(path, golden.subject, firstElement(golden));
  const model = isTfjs
    ? await new TfjsBackend().open({ kind: 'file', path }, { devices: ['wasm'] })
    : await new OnnxBackend().open({ kind: 'file', path }, { threads });
  try {
    const feeds = golden.named(golden.inputs);
    const [image] = Object.keys(golden.inputs);
    const results = await model.run(feeds, Object.keys(golden.outputs));
    const compared = {};
    for (const [name, expected] of Object.entries(golden.named(golden.outputs))) {
      compared[name] = compare(results[name].data, expected.data);
    }
    let input;
    for (const question of golden.questions) {
      const objective = objectiveOf(golden, question);
      const { gradients } = await model.differentiate({ feeds, objective, withRespectTo: [image] });
      input ??= gradients[image].data;
      compared[`${question.name} input gradient`] = compare(
        gradients[image].data,
        golden.tensor(question.inputGradient).data,
      );
      const maps = await gradCam.explain({ model, feeds, objective, layer: golden.layer });
      compared[`${question.name} Grad-CAM`] = compare(
        Float32Array.from(maps.flatMap(({ data }) => [...data])),
        golden.tensor(question.gradcam).data,
      );
    }
    if (isTfjs) return summary(compared);
    return { ...summary(compared), operators: operatorsOnPath(path, Object.keys(golden.outputs), image), input };
  } finally {
    await model.close();
  }
}

function firstElement({ outputs, tensor }) {
  const [[name, values]] = Object.entries(outputs);
  return `${name}[${tensor(values).dims.slice(1).fill(0)}]`;
}

export function objectiveOf(golden, question) {
  return question.index
    ? { kind: 'score', output: Object.keys(golden.outputs)[0], index: question.index }
    : { kind: 'cotangent', cotangents: golden.named(question.cotangents) };
}

/** The worst of several comparisons, with its name. */
export function summary(compared) {
  const entries = Object.entries(compared);
  const nan = entries.find(([, { cosine }]) => Number.isNaN(cosine));
  const [where, { cosine }] = nan ?? entries.reduce((worst, next) => (next[1].cosine < worst[1].cosine ? next : worst));
  const error = nan ? NaN : Math.max(...entries.map(([, one]) => one.error));
  return { cosine, error, where };
}

function operatorsOnPath(path, outputs, image) {
  const differentiable = new DifferentiableGraph(parseModel(readFileSync(path)));
  const { nodes } = differentiable.path(outputs, [image]);
  return [...new Set(nodes.map((at) => differentiable.graph.nodes[at].operator))].sort();
}
