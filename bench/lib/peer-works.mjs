import { pgd as attackOf } from '@understory/attack-pgd';
import { OnnxBackend } from '@understory/backend-onnx';
import { ImageClassifier, PixelSubject, lastSpatialLayer } from '@understory/core';
import { gradCam } from '@understory/explain-gradcam';
import { integratedGradients, saliency } from '@understory/explain-gradients';
import { occlusion, rise } from '@understory/explain-perturbation';
import { deletion } from '@understory/metric-faithfulness';
import { images } from './images.mjs';

const index = 5;
/** How many versions of an image go through the model at a time, ours and theirs. */
const batch = 32;

/** A network opened by us; `run` does one of the works that others are asked for too, on so many images of noise. */
export async function openWorks(path, { size, threads }) {
  const model = await new OnnxBackend().open({ kind: 'file', path }, { threads });
  const [{ name: input }] = model.inputs;
  const [{ name: output }] = model.outputs;
  const layer = lastSpatialLayer(model, (name) => model.differentiability(output, name).differentiable).name;
  const subject = new PixelSubject(
    new ImageClassifier({ model }),
    { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25], order: 'RGB' },
    { height: size, width: size },
  );
  const requestOf = (count) => ({
    ...{ model, layer, seed: 0, feeds: { [input]: images(count, size) } },
    objective: { kind: 'score', output, index: Array.from({ length: count }, () => [index]) },
  });
  const attacks = [];
  const explain = (explainer, count) => {
    const request = requestOf(count);
    return () => explainer.explain(request);
  };
  const attack = (count, maskOf, { steps, most }) => {
    const made = attackOf({ steps, batch: most, threshold: 1 });
    attacks.push(made);
    const request = perturbation(subject, count, maskOf, size);
    return () => made.perturb(request);
  };
  /** By work: how it is done on `count` images. */
  const makers = {
    'Grad-CAM': (count) => explain(gradCam, count),
    saliency: (count) => explain(saliency, count),
    PGD: (count, { steps }) => attack(count, () => 1, { steps, most: count }),
    'integrated gradients': (count, { steps }) => explain(integratedGradients({ steps, batch }), count),
    occlusion: (count, { window, stride }) => explain(occlusion({ window, stride, fill: 'constant', batch }), count),
    RISE: (count, { masks }) => explain(rise({ masks, batch }), count),
    'masks, PGD': (count, { masks, steps }) =>
      attack(count * masks, (image, place) => ((place + image) % 10 === 0 ? 1 : 0), { steps, most: count }),
    deletion: (count, { steps }) => {
      const noise = images(count, size).data;
      const metric = deletion({ perturbation: 'constant', value: 0, fraction: 1, steps, score: 'probability', batch });
      const maps = Array.from({ length: count }, (_, sample) => ({
        ...{ height: size, width: size },
        data: noise.slice(sample * size * size, (sample + 1) * size * size),
      }));
      const request = { ...requestOf(count), maps };
      return () => metric.evaluate(request);
    },
  };
  const made = new Map();
  return {
    run: async (work, count, settings) => {
      const key = JSON.stringify([work, count, settings]);
      if (!made.has(key)) made.set(key, makers[work](count, settings));
      await made.get(key)();
    },
    close: async () => {
      for (const each of attacks) await each.dispose();
      await model.close();
    },
  };
}

/** Images of noise, each with a mask `[size, size]`. */
function perturbation(subject, count, maskOf, size) {
  const { data } = images(count, size);
  return {
    subject,
    pixels: { type: 'float32', dims: [count, 3, size, size], data: data.map((value) => (value + 2) / 4) },
    goal: { kind: 'targeted', classes: Array.from({ length: count }, () => index) },
    seeds: Array.from({ length: count }, (_, sample) => sample),
    masks: Array.from({ length: count }, (_, sample) => ({
      ...{ type: 'float32', dims: [size, size] },
      data: Float32Array.from({ length: size * size }, (_place, place) => maskOf(sample, place)),
    })),
  };
}
