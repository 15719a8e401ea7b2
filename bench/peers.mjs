import { availableParallelism, cpus, loadavg } from 'node:os';
import { interleave, median, ms, table, times } from './lib/measure.mjs';
import { networkFile } from './lib/networks.mjs';
import { openWorkers } from './lib/peer-workers.mjs';
import { openWorks } from './lib/peer-works.mjs';
import { peersPython } from './lib/peers-python.mjs';
import { Peer } from './lib/python.mjs';

const shapes = {
  path: { steps: 20 },
  windows: { window: 32, stride: 32 },
  rise: { masks: 128 },
  pgd: { steps: 5 },
  table: { masks: 6, steps: 5 },
};

/**
 * What is compared on a network of pictures of 224 pixels: the work on `count` images, and what it is called with the others. With a `target` it is
 * the work of a study, which may be done in worker threads; the target is how many times faster we mean to be.
 */
function comparisons(batches) {
  const { path, windows, rise, pgd, table: whole } = shapes;
  return [
    ...batches.flatMap((count) => [
      {
        ...{ work: 'Grad-CAM', count, settings: {} },
        peers: {
          'pytorch-grad-cam': { op: 'grad_cam', batch: count },
          'Captum LayerGradCam': { op: 'layer_grad_cam', batch: count },
        },
      },
      {
        ...{ work: 'saliency', count, settings: {} },
        peers: { 'Captum Saliency': { op: 'saliency', batch: count } },
      },
      {
        ...{ work: 'PGD', count, settings: pgd },
        peers: {
          torchattacks: { op: 'pgd_torchattacks', batch: count, ...pgd },
          foolbox: { op: 'pgd_foolbox', batch: count, ...pgd },
        },
      },
    ]),
    {
      ...{ work: 'integrated gradients', count: 1, settings: path, target: 2 },
      peers: { 'Captum IntegratedGradients': { op: 'integrated_gradients', ...path } },
    },
    {
      ...{ work: 'occlusion', count: 1, settings: windows, target: 2 },
      peers: { 'Captum Occlusion': { op: 'occlusion', ...windows } },
    },
    {
      ...{ work: 'RISE', count: 1, settings: rise, target: 2 },
      peers: { 'the same loop in PyTorch': { op: 'rise', ...rise } },
    },
    {
      ...{ work: 'masks, PGD', count: 8, settings: whole, target: 1.6 },
      peers: { 'the loop of torchattacks': { op: 'table_torchattacks', batch: 8, ...whole } },
    },
    deletionIn({ steps: 32 }, 2),
  ];
}

/** Deletion in as many steps as Quantus flips pixels. */
function deletionIn(settings, count) {
  const peers = { 'Quantus PixelFlipping': { op: 'pixel_flipping', batch: count, ...settings } };
  return { work: 'deletion', count, settings, target: 10, peers };
}

/** What people use with PyTorch, against ours doing the same, on the same network and cores, interleaved. */
export async function peers({ networks, batches, rounds, threads }) {
  const python = peersPython();
  process.env.UNDERSTORY_PYTHON ??= python;
  const load = loadavg()[0];
  const lines = [['network', 'work', 'images', 'ours', 'in workers', 'with', 'theirs', 'we are faster by', 'target']];
  let versions;
  const compare = async (network, size, rows) => {
    const path = networkFile(network, { size });
    const here = await openWorks(path, { size, threads });
    const workers = openWorkers(threads, path, size);
    const peer = new Peer(python, 'bench/packages_peer.py', threads);
    ({ versions } = await peer.request({ op: 'load', network, seed: 0, size }));
    for (const { work, count, settings, target, peers: others } of rows) {
      const asked = Object.entries(others).map(([name, request]) => [
        name,
        async () => (await peer.request(request)).seconds,
      ]);
      const t = await interleave(
        {
          here: () => here.run(work, count, settings),
          // As many images for each of them.
          ...(target && { workers: () => workers.run(work, count, settings).then(() => undefined) }),
          ...Object.fromEntries(asked),
        },
        { rounds },
      );
      const each = (seconds, images) => seconds.map((value) => value / images);
      const ways = [each(t.here, count), ...(t.workers ? [each(t.workers, count * threads)] : [])];
      const best = ways.reduce((left, right) => (median(right) < median(left) ? right : left));
      const what = [work, ...Object.entries(settings).map(([key, value]) => `${key} ${value}`)].join(', ');
      for (const [name] of asked) {
        const theirs = each(t[name], count);
        const cells = [network, what, count, ...[0, 1].map((way) => (ways[way] ? ms(median(ways[way])) : ''))];
        const ratio = median(theirs.map((value, round) => value / best[round]));
        lines.push([...cells, name, ms(median(theirs)), times(ratio), target ? times(target) : '']);
        console.error(lines.at(-1).join('  '));
      }
    }
    peer.close();
    await workers.close();
    await here.close();
  };
  for (const network of networks) await compare(network, 224, comparisons(batches));
  await compare('cifar10-resnet20', 32, [deletionIn({ steps: 64 }, 8)]);
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Peers on the same networks with random weights, ${threads} threads on ${availableParallelism()} cores of ${cpus()[0].model.trim()}, ${new Date().toISOString().slice(0, 10)},`,
    `the load of the machine ${load.toFixed(1)} before; medians of ${rounds} rounds in turns, an image; ratios round by round, of the faster of our two ways:`,
    `one process with ${threads} threads, or, where a study does it, ${threads} workers with sessions of one thread, each with as many images. Theirs has ${threads} threads.`,
    packages.join(', '),
    table(lines),
  ].join('\n');
}
