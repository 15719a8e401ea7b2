import { OnnxBackend } from '@understory/backend-onnx';
import { ImageClassifier, PixelSubject } from '@understory/core';
import { pgd as attackOf } from '@understory/attack-pgd';
import { interleave, median, ms, ratio, table, times } from './lib/measure.mjs';
import { networkFile } from './lib/networks.mjs';
import { TorchPeer } from './lib/python.mjs';

const size = 224;
const target = 42;
const names = ['all', 'origin-top', 'origin-bottom', 'target-top', 'target-bottom', 'uniform'];

/**
 * Steps of Algorithm 1 a second, against the same loop in PyTorch with frozen weights on the same cores, and against the input gradients
 * that they contain, interleaved.
 */
export async function pgd({ networks, batches, rounds, threads }) {
  const steps = 5;
  const rows = [
    ['network', 'batch', 'a step of an image', 'steps of images a second', 'PyTorch /', 'a step / its input gradient'],
  ];
  for (const network of networks) {
    const { subject, gradientOf, close } = await open(network, threads);
    const peer = new TorchPeer(threads);
    await peer.request({ op: 'load', network, seed: 0 });
    for (const batch of batches) {
      const attack = attackOf({ steps, threshold: 1, batch });
      const request = requestOf(subject, batch);
      const t = await interleave(
        {
          ours: () => attack.perturb(request).then(() => undefined),
          gradients: async () => {
            for (let step = 0; step < steps; step += 1) await gradientOf(request);
          },
          peer: async () => (await peer.request({ op: 'pgd', batch, steps })).seconds,
        },
        { rounds },
      );
      await attack.dispose();
      const each = median(t.ours) / (steps * batch);
      const cells = [network, batch, ms(each), (1 / each).toFixed(1), times(ratio(t.peer, t.ours))];
      rows.push([...cells, times(ratio(t.ours, t.gradients))]);
    }
    await close();
    peer.close();
  }
  return `PGD, Algorithm 1 of the paper, ${threads} threads, medians of ${rounds} rounds; ratios round by round\n${table(rows)}`;
}

/** Six masks on a set of images in shared batches, against one image and one mask at a time, ours and PyTorch's. */
export async function masks({ networks, rounds, threads }) {
  const [steps, count, batch] = [3, 4, 8];
  const rows = [['network', 'who', 'the table', 'a step of an image', 'against it, batched is']];
  for (const network of networks) {
    const { subject, close } = await open(network, threads);
    const peer = new TorchPeer(threads);
    await peer.request({ op: 'load', network, seed: 0 });
    const together = attackOf({ steps, threshold: 1, batch });
    const apart = attackOf({ steps, threshold: 1, batch: 1 });
    const whole = requestOf(subject, count * names.length, names);
    const single = names.map((name) => requestOf(subject, 1, [name]));
    const t = await interleave(
      {
        batched: () => together.perturb(whole).then(() => undefined),
        single: async () => {
          for (let image = 0; image < count; image += 1) for (const request of single) await apart.perturb(request);
        },
        peer: async () => {
          let seconds = 0;
          for (let attack = 0; attack < count * names.length; attack += 1) {
            seconds += (await peer.request({ op: 'pgd', batch: 1, steps })).seconds;
          }
          return seconds;
        },
      },
      { rounds },
    );
    const who = { batched: `batches of ${batch}`, single: 'one at a time', peer: 'PyTorch, one at a time' };
    for (const [key, label] of Object.entries(who)) {
      const total = median(t[key]);
      const each = total / (steps * count * names.length);
      rows.push([
        network,
        label,
        ms(total),
        ms(each),
        key === 'batched' ? '-' : `${times(ratio(t[key], t.batched))} faster`,
      ]);
    }
    await Promise.all([together.dispose(), apart.dispose()]);
    await close();
    peer.close();
  }
  return `Six masks, ${count} images, ${steps} steps each, ${threads} threads, medians of ${rounds} rounds; ratios round by round\n${table(rows)}`;
}

async function open(network, threads) {
  const model = await new OnnxBackend().open({ kind: 'file', path: networkFile(network, { size }) }, { threads });
  const normalisation = { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25], order: 'RGB' };
  const subject = new PixelSubject(new ImageClassifier({ model }), normalisation, { height: size, width: size });
  const [{ name: input }] = model.inputs;
  const [{ name: output }] = model.outputs;
  return {
    subject,
    gradientOf: ({ pixels, goal }) =>
      model.differentiate({
        feeds: { [input]: pixels },
        objective: { kind: 'crossEntropy', output, target: goal.classes },
        withRespectTo: [input],
      }),
    close: () => model.close(),
  };
}

/** Images of noise, each with the next of the masks; what a mask of a tenth is drawn from does not matter here. */
function requestOf(subject, count, masksOf = ['all']) {
  const data = new Float32Array(count * 3 * size * size);
  let state = 1;
  for (let at = 0; at < data.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[at] = state / 2 ** 32;
  }
  return {
    subject,
    pixels: { type: 'float32', dims: [count, 3, size, size], data },
    goal: { kind: 'targeted', classes: Array.from({ length: count }, () => target) },
    seeds: Array.from({ length: count }, (_, sample) => sample),
    masks: Array.from({ length: count }, (_, sample) => ({
      type: 'float32',
      dims: [size, size],
      data: tenth(names.indexOf(masksOf[sample % masksOf.length])),
    })),
  };
}

function tenth(which) {
  return Float32Array.from({ length: size * size }, (_, place) => (which <= 0 || (place + which) % 10 === 0 ? 1 : 0));
}
