import { OnnxBackend } from '@understory/backend-onnx';
import { deletion as metricOf } from '@understory/metric-faithfulness';
import { interleave, median, ms, table, times } from './lib/measure.mjs';
import { images, networkFile } from './lib/networks.mjs';
import { TorchPeer } from './lib/python.mjs';

const network = 'cifar10-resnet20';
const size = 32;
/** Changed pictures a forward of ours: the default of the metric. */
const batch = 32;
/** Images a round: few for the peer, which takes long, and two numbers of ours, which show that time grows with them and no faster. */
const counts = { few: 8, many: 32, peer: 4 };

/** The paper's deletion of an image in batches, against one forward at a time in PyTorch on the same cores, interleaved. */
export async function deletion({ rounds, threads }) {
  const model = await new OnnxBackend().open({ kind: 'file', path: networkFile(network, { size }) }, { threads });
  const peer = new TorchPeer(threads);
  await peer.request({ op: 'load', network, seed: 0, size });
  const metric = metricOf({ batch });
  const evaluate = (count) => async () => {
    await metric.evaluate(requestFor(model, count));
  };
  const t = await interleave(
    {
      few: evaluate(counts.few),
      many: evaluate(counts.many),
      peer: async () => (await peer.request({ op: 'deletion', batch: counts.peer })).seconds,
    },
    { rounds },
  );
  await model.close();
  peer.close();
  const each = Object.fromEntries(
    Object.entries(t).map(([name, all]) => [name, all.map((time) => time / counts[name])]),
  );
  const rows = [
    ['who', 'images', 'pictures a forward', 'an image', 'images a second', 'PyTorch /'],
    ...Object.entries({ few: 'Understory', many: 'Understory', peer: 'PyTorch, one forward at a time' }).map(
      ([name, who]) => [
        who,
        counts[name],
        name === 'peer' ? 1 : batch,
        ms(median(each[name])),
        (1 / median(each[name])).toFixed(1),
        times(median(each.peer.map((time, round) => time / each[name][round]))),
      ],
    ),
  ];
  return `Deletion, preset paper, ${network}, ${threads} threads, medians of ${rounds} rounds; ratios round by round\n${table(rows)}`;
}

function requestFor(model, count) {
  const [{ name: input }] = model.inputs;
  const [{ name: output }] = model.outputs;
  const maps = Array.from({ length: count }, (_, sample) => ({
    height: 8,
    width: 8,
    data: images(1, 8)
      .data.slice(0, 64)
      .map((value, place) => Math.sin(value * (sample + 1) + place)),
  }));
  const objective = { kind: 'score', output, index: Array.from({ length: count }, (_, sample) => [sample % 10]) };
  return { model, feeds: { [input]: images(count, size) }, objective, maps, seed: 0 };
}
