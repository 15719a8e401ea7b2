import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { interleave, median, mib, ms, ratio, seconds, table, times } from './lib/measure.mjs';
import { networkFile } from './lib/networks.mjs';
import { TorchPeer } from './lib/python.mjs';
import { openTask } from './lib/task.mjs';

const work = { forward: 'forward', inputGradient: 'input_gradient', gradCam: 'gradcam_full_backward' };

/** Forward, input gradient and Grad-CAM against PyTorch on the same cores, interleaved. */
export async function gradients({ networks, batches, rounds, threads }) {
  const rows = [
    [
      'network',
      'batch',
      'forward',
      'input gradient',
      '/ forward',
      'PyTorch /',
      'Grad-CAM',
      '/ forward',
      'PyTorch full backward /',
    ],
  ];
  for (const network of networks) {
    const path = networkFile(network);
    const peer = new TorchPeer(threads);
    await peer.request({ op: 'load', network, seed: 0 });
    for (const batch of batches) {
      const ours = await openTask(path, threads, batch);
      const tasks = Object.fromEntries(
        Object.entries(work).flatMap(([name, op]) => [
          [name, ours[name]],
          [`torch.${name}`, async () => (await peer.request({ op, batch })).seconds],
        ]),
      );
      // In the second round the forward session, which gave way to the first gradient, is opened again.
      const t = await interleave(tasks, { rounds, warmups: 2 });
      await ours.model.close();
      rows.push([
        network,
        batch,
        ms(median(t.forward)),
        ms(median(t.inputGradient)),
        times(ratio(t.inputGradient, t.forward)),
        times(ratio(t['torch.inputGradient'], t.inputGradient)),
        ms(median(t.gradCam)),
        times(ratio(t.gradCam, t.forward)),
        times(ratio(t['torch.gradCam'], t.gradCam)),
      ]);
    }
    peer.close();
  }
  return `Gradients, ${threads} threads, medians of ${rounds} rounds; ratios round by round. "PyTorch /" is how many times faster we are.\n${table(rows)}`;
}

/** How long opening takes, and how much of it is for gradients. */
export async function compile({ networks, rounds, threads }) {
  const rows = [['network', 'open', 'open and first forward', '+ first input gradient', '+ first Grad-CAM']];
  for (const network of networks) {
    const path = networkFile(network);
    const t = { open: [], forward: [], inputGradient: [], gradCam: [] };
    for (let round = 0; round < rounds; round += 1) {
      let task;
      t.open.push(await seconds(async () => (task = await openTask(path, threads, 1))));
      const first = await seconds(task.forward);
      const later = await seconds(task.forward);
      t.forward.push(t.open.at(-1) + first);
      // The first call compiles and runs; a later one only runs.
      for (const name of ['inputGradient', 'gradCam']) {
        const cold = await seconds(task[name]);
        t[name].push(cold - (await seconds(task[name])));
      }
      await task.model.close();
      void later;
    }
    rows.push([network, ...['open', 'forward', 'inputGradient', 'gradCam'].map((name) => ms(median(t[name])))]);
  }
  return `Compilation: parse, differentiate, create the session; medians of ${rounds} rounds\n${table(rows)}`;
}

/** Peak memory of a process that does nothing else, ours and PyTorch's. */
export async function memory({ networks, batches, threads }) {
  const rows = [['network', 'batch', 'work', 'ours', 'PyTorch', 'ours / PyTorch']];
  for (const network of networks) {
    const path = networkFile(network);
    for (const batch of batches) {
      for (const name of ['inputGradient', 'gradCam']) {
        const script = fileURLToPath(new URL('./peak-memory.mjs', import.meta.url));
        const { stdout } = spawnSync(process.execPath, [script, path, name, String(threads), String(batch)], {
          encoding: 'utf8',
        });
        const ours = Number(stdout);
        const peer = new TorchPeer(threads);
        await peer.request({ op: 'load', network, seed: 0 });
        for (let round = 0; round < 3; round += 1) await peer.request({ op: work[name], batch });
        const { bytes } = await peer.request({ op: 'peak_memory' });
        peer.close();
        rows.push([
          network,
          batch,
          name === 'gradCam' ? 'Grad-CAM' : 'input gradient',
          mib(ours),
          mib(bytes),
          times(ours / bytes),
        ]);
      }
    }
  }
  return `Peak memory of a process that does only this\n${table(rows)}`;
}
