import { batchOf } from '@understory/core';
import type { Dimension, Feeds, Model, TensorSpec } from '@understory/core';
import { check, checkRejects, checkTensor, once } from './check.ts';
import type { ContractCase } from './contract-case.ts';
import { sampleOfFeeds, sampleOfTensor } from './samples.ts';

export interface BackendSubject {
  readonly open: () => Model | Promise<Model>;
  /** Two samples or more, no two alike. */
  readonly feeds: Feeds;
  /** Largest difference between tensors that should be the same, relative to the largest magnitude; 1e-4 by default. */
  readonly tolerance?: number;
}

/** What every opened model promises, one case a promise. */
export function backendContract(subject: BackendSubject): readonly ContractCase[] {
  const { feeds, tolerance = 1e-4 } = subject;
  const batch = batchOf(feeds);
  if (batch < 2) throw new RangeError(`the contract needs a batch of at least 2, found ${batch}`);
  const untouched = structuredClone(feeds);
  const open = once(async () => subject.open());
  const outputsOf = (model: Model) => model.outputs.map(({ name }) => name);

  return [
    {
      name: 'says where it comes from',
      async run() {
        const { backend, executionProvider, sha256 } = (await open()).origin;
        check(backend !== '' && executionProvider !== '', `backend "${backend}", provider "${executionProvider}"`);
        check(/^[0-9a-f]{64}$/.test(sha256), `expected a SHA-256 in lower-case hexadecimal, found "${sha256}"`);
      },
    },
    {
      name: 'names each input, output and layer once',
      async run() {
        const { inputs, outputs, layers } = await open();
        check(inputs.length > 0 && outputs.length > 0, `${inputs.length} inputs, ${outputs.length} outputs`);
        for (const specs of [inputs, outputs, layers]) {
          const names = specs.map(({ name }) => name);
          const twice = names.find((name, at) => names.indexOf(name) !== at);
          check(twice === undefined, `"${twice}" is named twice`);
        }
      },
    },
    {
      name: 'hands back what is asked for and nothing else, as its specification says',
      async run() {
        const model = await open();
        const specs = [...model.layers, ...model.outputs];
        const every = [...new Set(specs.map(({ name }) => name))];
        const some = [every.slice(0, 1), every.slice(-1), model.outputs.map(({ name }) => name), every];
        for (const asked of some) {
          const fetched = await model.run(feeds, asked);
          const found = Object.keys(fetched);
          check(
            found.toSorted().join() === asked.toSorted().join(),
            `asked for ${asked.join(', ')}, got ${found.join(', ')}`,
          );
          for (const spec of specs) {
            const tensor = fetched[spec.name];
            if (tensor !== undefined) checkSpec(spec, tensor.type, tensor.dims);
          }
        }
      },
    },
    {
      name: 'computes each sample as if it were alone',
      async run() {
        const model = await open();
        const whole = await model.run(feeds, outputsOf(model));
        for (let sample = 0; sample < batch; sample += 1) {
          const alone = await model.run(sampleOfFeeds(feeds, sample), outputsOf(model));
          for (const name of outputsOf(model)) {
            checkTensor(`"${name}" of sample ${sample}`, alone[name], sampleOfTensor(whole[name]!, sample), tolerance);
          }
        }
      },
    },
    {
      name: 'gives the same numbers again, also when asked twice at once, and leaves the feeds as they were',
      async run() {
        const model = await open();
        const first = await model.run(feeds, outputsOf(model));
        const kept = structuredClone(first);
        const others = sampleOfFeeds(feeds, 1);
        const [second, other, third] = await Promise.all([
          model.run(feeds, outputsOf(model)),
          model.run(others, outputsOf(model)),
          model.run(feeds, outputsOf(model)),
        ]);
        const otherAgain = await model.run(others, outputsOf(model));
        for (const name of outputsOf(model)) {
          checkTensor(`"${name}", first result later`, first[name], kept[name]!, 0);
          checkTensor(`"${name}", second time`, second[name], kept[name]!, 0);
          checkTensor(`"${name}", third time`, third[name], kept[name]!, 0);
          checkTensor(`"${name}" of other feeds at the same time`, other[name], otherAgain[name]!, 0);
        }
        for (const [name, tensor] of Object.entries(untouched)) checkTensor(`feed "${name}"`, feeds[name], tensor, 0);
      },
    },
    {
      name: 'refuses to fetch what it does not have',
      async run() {
        const model = await open();
        await checkRejects('an unknown tensor', () => model.run(feeds, ['no such tensor']));
      },
    },
    {
      name: 'refuses feeds that do not fit its inputs',
      async run() {
        const model = await open();
        const [name, tensor] = Object.entries(feeds)[0]!;
        const missing = Object.fromEntries(Object.entries(feeds).slice(1));
        const flat = { ...tensor, dims: [batch, tensor.data.length / batch, 1, 1, 1] };
        const run = (other: Feeds) => () => model.run(other, outputsOf(model));
        await checkRejects('a missing input', run(missing), 'FEEDS_INVALID');
        await checkRejects('wrong dimensions', run({ ...feeds, [name]: flat }), 'FEEDS_INVALID');
        await checkRejects('an input too many', run({ ...feeds, 'no such input': tensor }), 'FEEDS_INVALID');
      },
    },
    {
      name: 'shows a graph whose nodes come in execution order, where it shows one',
      async run() {
        const { graph, inputs, outputs } = await open();
        if (graph === undefined) return;
        const known = new Set(['', ...inputs.map(({ name }) => name)]);
        for (const node of graph.nodes) {
          const early = node.inputs.find((name) => !known.has(name) && graph.constant(name) === undefined);
          check(early === undefined, `${node.operator} "${node.name}" reads "${early}" before it is computed`);
          for (const name of node.outputs) known.add(name);
        }
        const lost = outputs.find(({ name }) => !known.has(name) && graph.constant(name) === undefined);
        check(lost === undefined, `no node computes the output "${lost?.name}"`);
      },
    },
  ];
}

function checkSpec({ name, type, dims }: TensorSpec, foundType: string, found: readonly number[]): void {
  const told = `${type} [${dims?.join(', ') ?? '?'}]`;
  const fits =
    dims === undefined || (dims.length === found.length && dims.every((dim, axis) => agrees(dim, found[axis]!, axis)));
  check(type === foundType && fits, `"${name}" is said to be ${told} and is ${foundType} [${found.join(', ')}]`);
}

/** A model made for a fixed batch is fed in parts, so its first dimension says nothing of the whole. */
function agrees(dim: Dimension, found: number, axis: number): boolean {
  return axis === 0 || typeof dim === 'string' || dim === found;
}
