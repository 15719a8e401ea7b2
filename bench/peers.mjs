import { pgd as attackOf } from '@understory/attack-pgd';
import { OnnxBackend } from '@understory/backend-onnx';
import { ImageClassifier, PixelSubject, lastSpatialLayer } from '@understory/core';
import { gradCam } from '@understory/explain-gradcam';
import { integratedGradients, saliency } from '@understory/explain-gradients';
import { occlusion, rise } from '@understory/explain-perturbation';
import { deletion } from '@understory/metric-faithfulness';
import { cpus } from 'node:os';
import { images } from './lib/images.mjs';
import { interleave, median, ms, ratio, table, times } from './lib/measure.mjs';
import { networkFile } from './lib/networks.mjs';
import { peersPython } from './lib/peers-python.mjs';
import { Peer } from './lib/python.mjs';

const index = 5;
/** How many versions of an image go through the model at a time, ours and theirs. */
const batch = 32;
const settings = {
  integrated_gradients: { steps: 20 },
  occlusion: { window: 32, stride: 32 },
  rise: { masks: 128 },
  pgd: { steps: 5 },
  table: { batch: 8, masks: 6, steps: 5 },
};

/** What is compared on one network: what it is called, our side, and the requests to the others by their names. */
async function comparisons(network, { size, threads, batches }) {
  const model = await new OnnxBackend().open({ kind: 'file', path: networkFile(network, { size }) }, { threads });
  const [{ name: input }] = model.inputs;
  const [{ name: output }] = model.outputs;
  const layer = lastSpatialLayer(model, (name) => model.differentiability(output, name).differentiable).name;
  const subject = new PixelSubject(
    new ImageClassifier({ model }),
    { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25], order: 'RGB' },
    { height: size, width: size },
  );
  const opened = [];
  const requestOf = (count) => ({
    ...{ model, layer, seed: 0, feeds: { [input]: images(count, size) } },
    objective: { kind: 'score', output, index: Array.from({ length: count }, () => [index]) },
  });
  const explain = (explainer, count) => {
    const request = requestOf(count);
    return () => explainer.explain(request).then(() => undefined);
  };
  const attack = (count, maskOf, steps, most = count) => {
    const made = attackOf({ steps, batch: most, threshold: 1 });
    opened.push(made);
    const request = perturbation(subject, count, maskOf, size);
    return () => made.perturb(request).then(() => undefined);
  };
  const { integrated_gradients: path, occlusion: windows, rise: masks, table: whole } = settings;
  const { steps } = settings.pgd;
  return {
    rows: [
      ...batches.flatMap((count) => [
        {
          work: 'Grad-CAM',
          count,
          ours: explain(gradCam, count),
          peers: {
            'pytorch-grad-cam': { op: 'grad_cam', batch: count },
            'Captum LayerGradCam': { op: 'layer_grad_cam', batch: count },
          },
        },
        {
          work: 'saliency',
          count,
          ours: explain(saliency, count),
          peers: { 'Captum Saliency': { op: 'saliency', batch: count } },
        },
        {
          work: `PGD, ${steps} steps`,
          count,
          ours: attack(count, () => 1, steps),
          peers: {
            torchattacks: { op: 'pgd_torchattacks', batch: count, steps },
            foolbox: { op: 'pgd_foolbox', batch: count, steps },
          },
        },
      ]),
      {
        work: `integrated gradients, ${path.steps} steps`,
        count: 1,
        ours: explain(integratedGradients({ ...path, batch }), 1),
        peers: { 'Captum IntegratedGradients': { op: 'integrated_gradients', ...path } },
      },
      {
        work: `occlusion, ${(size / windows.stride) ** 2} windows`,
        count: 1,
        ours: explain(occlusion({ ...windows, fill: 'constant', batch }), 1),
        peers: { 'Captum Occlusion': { op: 'occlusion', ...windows } },
      },
      {
        work: `RISE, ${masks.masks} masks`,
        count: 1,
        ours: explain(rise({ ...masks, batch }), 1),
        peers: { 'the same loop in PyTorch': { op: 'rise', ...masks } },
      },
      {
        work: `six masks on ${whole.batch} images, PGD, ${whole.steps} steps`,
        count: whole.batch * whole.masks,
        ours: attack(
          whole.batch * whole.masks,
          (image, place) => ((place + image) % 10 === 0 ? 1 : 0),
          whole.steps,
          whole.batch,
        ),
        peers: { 'the loop of torchattacks': { op: 'table_torchattacks', ...whole } },
      },
    ],
    close: async () => {
      for (const made of opened) await made.dispose();
      await model.close();
    },
  };
}

/** Deletion in as many steps as Quantus flips pixels, on a network of pictures of `size`. */
async function flipping(network, { size, threads, count, steps }) {
  const model = await new OnnxBackend().open({ kind: 'file', path: networkFile(network, { size }) }, { threads });
  const [{ name: input }] = model.inputs;
  const [{ name: output }] = model.outputs;
  const noise = images(count, size).data;
  const request = {
    ...{ model, seed: 0, feeds: { [input]: images(count, size) } },
    objective: { kind: 'score', output, index: Array.from({ length: count }, () => [index]) },
    maps: Array.from({ length: count }, (_, sample) => ({
      ...{ height: size, width: size },
      data: noise.slice(sample * size * size, (sample + 1) * size * size),
    })),
  };
  const metric = deletion({ perturbation: 'constant', value: 0, fraction: 1, steps, score: 'probability', batch });
  return {
    rows: [
      {
        work: `deletion, ${steps} steps`,
        count,
        ours: () => metric.evaluate(request).then(() => undefined),
        peers: { 'Quantus PixelFlipping': { op: 'pixel_flipping', batch: count, steps } },
      },
    ],
    close: () => model.close(),
  };
}

/** What people use with PyTorch, against ours doing the same, on the same network and cores, interleaved. */
export async function peers({ networks, batches, rounds, threads }) {
  const python = peersPython();
  process.env.UNDERSTORY_PYTHON ??= python;
  const lines = [['network', 'work', 'images', 'ours', 'with', 'theirs', 'we are faster by']];
  let versions;
  const compare = async (network, size, { rows, close }) => {
    const peer = new Peer(python, 'bench/packages_peer.py', threads);
    ({ versions } = await peer.request({ op: 'load', network, seed: 0, size }));
    for (const { work, count, ours, peers: others } of rows) {
      const asked = Object.entries(others).map(([name, request]) => [
        name,
        async () => (await peer.request(request)).seconds,
      ]);
      const t = await interleave({ ours, ...Object.fromEntries(asked) }, { rounds });
      for (const [name] of asked) {
        const cells = [network, work, count, ms(median(t.ours)), name, ms(median(t[name]))];
        lines.push([...cells, times(ratio(t[name], t.ours))]);
        console.error(lines.at(-1).join('  '));
      }
    }
    peer.close();
    await close();
  };
  for (const network of networks) {
    await compare(network, 224, await comparisons(network, { size: 224, threads, batches }));
    await compare(network, 224, await flipping(network, { size: 224, threads, count: 2, steps: 32 }));
  }
  const small = { size: 32, threads, count: 8, steps: 64 };
  await compare('cifar10-resnet20', 32, await flipping('cifar10-resnet20', small));
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Peers on the same networks with random weights, ${threads} threads of ${cpus()[0].model.trim()}, ${new Date().toISOString().slice(0, 10)}, medians of ${rounds} rounds; ratios round by round.`,
    packages.join(', '),
    table(lines),
  ].join('\n');
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
