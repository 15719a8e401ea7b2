import { OnnxBackend } from '@understory/backend-onnx';
import { resolveModel } from '@understory/zoo';
import { interleave, median, ms, ratio, table, times } from './lib/measure.mjs';
import { images } from './lib/networks.mjs';

const models = { 'cifar10-resnet': 32, 'efficientnet-lite0': 224 };
const [small, large] = [8, 16];
const calls = 40;

/**
 * What it costs to fill batches up to a size that is compiled already: calls at batch 8 of a model that was called once at batch 16
 * against those of a fresh model, and after how many samples filled up compiling would have cost the same.
 */
export async function filling({ rounds, threads }) {
  const head = [
    'network',
    'work',
    'compile 8',
    'call 8',
    'break-even, samples',
    'calls 1-40 after 16 / fresh',
    'last 10 / fresh',
  ];
  const rows = [];
  for (const [name, size] of Object.entries(models)) {
    const { source } = await resolveModel(name);
    const open = () => new OnnxBackend().open(source, { threads });
    const probe = await open();
    const [{ name: input }] = probe.inputs;
    const [{ name: output }] = probe.outputs;
    await probe.close();
    const gradient = (model, batch) => {
      const index = Array.from({ length: batch }, (_, at) => [at % 10]);
      const objective = { kind: 'score', output, index };
      return model.differentiate({ feeds: { [input]: images(batch, size) }, objective, withRespectTo: [input] });
    };
    const compile = [];
    const filled = { all: [], last: [] };
    const fresh = { all: [], last: [] };
    const one = [];
    for (let round = 0; round < rounds; round += 1) {
      const models = { after: await open(), fresh: await open() };
      await gradient(models.after, large);
      const t = await interleave(
        { after: () => gradient(models.after, small), fresh: () => gradient(models.fresh, small) },
        { rounds: calls, warmups: 0 },
      );
      const sum = (list) => list.reduce((total, value) => total + value, 0);
      filled.all.push(sum(t.after));
      fresh.all.push(sum(t.fresh));
      filled.last.push(sum(t.after.slice(-10)));
      fresh.last.push(sum(t.fresh.slice(-10)));
      one.push(median(t.fresh.slice(1)));
      compile.push(t.fresh[0] - one.at(-1));
      for (const model of Object.values(models)) await model.close();
    }
    const breakEven = median(compile.map((value, round) => (value / one[round]) * small));
    rows.push([
      name,
      'input gradient',
      ms(median(compile)),
      ms(median(one)),
      breakEven.toFixed(1),
      times(ratio(filled.all, fresh.all)),
      times(ratio(filled.last, fresh.last)),
    ]);
  }
  return `Filling batches of ${small} up to the compiled ${large}, ${threads} threads, medians of ${rounds} rounds of ${calls} calls; ratios within a round\n${table([head, ...rows])}`;
}
