import { OnnxBackend } from '@understory/backend-onnx';
import { lastSpatialLayer } from '@understory/core';
import { images } from './networks.mjs';

/** A network opened by us, with the work that is compared. */
export async function openTask(path, threads, batch) {
  const model = await new OnnxBackend().open({ kind: 'file', path }, { threads });
  const input = model.inputs[0].name;
  const output = model.outputs[0].name;
  const feeds = { [input]: images(batch) };
  const classes = Array.from({ length: batch }, (_, sample) => (sample * 37 + 5) % 1000);
  const layer = lastSpatialLayer(model, (name) => model.differentiability(output, name).differentiable).name;
  return {
    model,
    layer,
    forward: () => model.run(feeds, [output]),
    inputGradient: () =>
      model.differentiate({
        feeds,
        objective: { kind: 'crossEntropy', output, target: classes },
        withRespectTo: [input],
      }),
    gradCam: () =>
      model.differentiate({
        feeds,
        objective: { kind: 'score', output, index: classes.map((index) => [index]) },
        withRespectTo: [layer],
        fetch: [layer],
      }),
  };
}
