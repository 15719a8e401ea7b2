import { batchOf } from '@understory/core';
import type {
  Backend,
  Dimension,
  Feeds,
  GraphView,
  LayerSpec,
  Model,
  ModelSource,
  OpenOptions,
  Tensor,
  Tensors,
  TensorSpec,
} from '@understory/core';
import { toFloat32 } from '@understory/core';
import { check, checkClose, checkRejects, checkTensor, checkUnchanged, once } from './check.ts';
import { timed, type ContractCase, type ContractTime } from './contract-case.ts';
import { sampleOfFeeds, sampleOfTensor } from './samples.ts';

/** A backend, and what it opens. */
export interface OpenedSource {
  readonly create: () => Backend | Promise<Backend>;
  /** A model in a format that the backend reads. */
  readonly source: ModelSource | (() => ModelSource | Promise<ModelSource>);
  readonly options?: OpenOptions;
}

export interface BackendSubject extends ContractTime {
  /** Opens another instance of the model on each call. */
  readonly open: () => Model | Promise<Model>;
  /** The backend that opens it; without it nothing is said of what is accepted and refused. */
  readonly backend?: OpenedSource;
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
  const layersOf = (model: Model) => model.layers.map(({ name }) => name);
  const everyOf = (model: Model) => [...new Set([...layersOf(model), ...outputsOf(model)])];
  /** All layers and outputs, fetched at once; cloned, so that a buffer that is used again is not compared with itself. */
  const everything = once(async () => {
    const model = await open();
    return structuredClone(await model.run(feeds, everyOf(model)));
  });

  return timed(subject, [
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
      name: 'computes each sample as if it were alone, in every output and layer',
      async run() {
        const model = await open();
        const whole = await everything();
        for (let sample = 0; sample < batch; sample += 1) {
          const alone = await model.run(sampleOfFeeds(feeds, sample), everyOf(model));
          for (const name of everyOf(model)) {
            const expected = shareOf(whole[name]!, sample, batch, alone[name]?.dims ?? []);
            if (expected !== undefined) {
              checkTensor(`"${name}" of sample ${sample}`, alone[name], expected, tolerance);
            } else {
              check(!outputsOf(model).includes(name), `the output "${name}" does not have a batch of ${batch}`);
            }
          }
        }
      },
    },
    {
      name: 'computes the same whether an output or layer is fetched alone or with others',
      async run() {
        const model = await open();
        const whole = await everything();
        const together = await model.run(feeds, outputsOf(model));
        for (const name of outputsOf(model))
          checkTensor(`the outputs, "${name}"`, together[name], whole[name]!, tolerance);
        for (const name of [...outputsOf(model), ...some(layersOf(model), 6)]) {
          const alone = await model.run(feeds, [name]);
          checkTensor(`"${name}" fetched alone`, alone[name], whole[name]!, tolerance);
        }
      },
    },
    {
      name: 'computes layers from each other as their operators say, where it shows a graph',
      async run() {
        const { graph, layers } = await open();
        const whole = await everything();
        for (const { name, what, expected } of graph === undefined ? [] : relationsOf(graph, layers, whole)) {
          checkClose(`"${name}", ${what}`, toFloat32(whole[name]!), expected, tolerance);
        }
      },
    },
    {
      name: 'comes to the same outputs from layers that it computed itself, where it runs on from a layer',
      async run() {
        const model = await open();
        if (model.runFrom === undefined) return;
        const whole = await everything();
        for (const name of some(layersOf(model), 3)) {
          const outputs = outputsOf(model).filter((output) => output !== name);
          const found = await model.runFrom(feeds, { [name]: whole[name]! }, outputs);
          for (const output of outputs)
            checkTensor(`"${output}" from "${name}"`, found[output], whole[output]!, tolerance);
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
        const [layer = outputsOf(model)[0]!] = layersOf(model);
        const [second, other, third, ofLayer] = await Promise.all([
          model.run(feeds, outputsOf(model)),
          model.run(others, outputsOf(model)),
          model.run(feeds, outputsOf(model)),
          model.run(feeds, [layer]),
        ]);
        checkTensor(`"${layer}" at the same time`, ofLayer[layer], (await everything())[layer]!, tolerance);
        const otherAgain = await model.run(others, outputsOf(model));
        for (const name of outputsOf(model)) {
          checkTensor(`"${name}", first result later`, first[name], kept[name]!, 0);
          checkTensor(`"${name}", second time`, second[name], kept[name]!, 0);
          checkTensor(`"${name}", third time`, third[name], kept[name]!, 0);
          checkTensor(`"${name}" of other feeds at the same time`, other[name], otherAgain[name]!, 0);
        }
        checkUnchanged('the feeds', feeds, untouched);
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
    {
      name: 'closes, and closes again, while another opening of the same runs on',
      async run() {
        const [closing, staying] = [await subject.open(), await subject.open()];
        const before = await closing.run(feeds, outputsOf(closing));
        await closing.close();
        await closing.close();
        const after = await staying.run(feeds, outputsOf(staying));
        for (const name of outputsOf(closing)) {
          checkTensor(`"${name}" after another was closed`, after[name], before[name]!, tolerance);
        }
        await staying.close();
      },
    },
    {
      name: 'computes nothing once it is closed',
      async run() {
        const model = await subject.open();
        const [layer] = layersOf(model);
        const given = layer === undefined ? {} : { [layer]: (await everything())[layer]! };
        await model.close();
        const { weightedLayers = [] } = model;
        const asked: readonly (readonly [what: string, ask: (() => Promise<unknown>) | undefined])[] = [
          ['run', () => model.run(feeds, outputsOf(model))],
          ['runFrom', model.runFrom && (() => model.runFrom!(feeds, given, outputsOf(model)))],
          [
            'randomised',
            model.randomised && (() => model.randomised!({ layers: weightedLayers.slice(0, 1), seed: 1 })),
          ],
        ];
        for (const [what, ask] of asked) if (ask) await checkRejects(`${what} of a closed model`, ask, 'MODEL_CLOSED');
      },
    },
    ...(subject.backend === undefined ? [] : openingCases(subject.backend, feeds, outputsOf, everything, tolerance)),
  ]);
}

/** What a backend promises of the sources that it is given. */
function openingCases(
  { create, source, options }: OpenedSource,
  feeds: Feeds,
  outputsOf: (model: Model) => readonly string[],
  everything: () => Promise<Tensors>,
  tolerance: number,
): readonly Omit<ContractCase, 'timeout'>[] {
  const made = once(async () => create());
  const given = once(async () => (typeof source === 'function' ? source() : source));
  return [
    {
      name: 'accepts a source of its own, and no source of another format',
      async run() {
        const backend = await made();
        check(backend.accepts(await given()) === true, 'expected the source of the subject to be accepted');
        const native = backend.isNative?.(await given());
        check(
          native === undefined || typeof native === 'boolean',
          `expected isNative to say yes or no, found ${native}`,
        );
        const foreign: readonly ModelSource[] = [
          { kind: 'bytes', bytes: new Uint8Array() },
          { kind: 'bytes', bytes: Uint8Array.from({ length: 64 }, () => 0xff) },
          { kind: 'file', path: 'no-such-folder/no-such-file.no-such-format' },
        ];
        for (const other of foreign) {
          const what = other.kind === 'file' ? `"${other.path}"` : `${other.bytes.length} bytes of no format`;
          check(backend.accepts(other) === false, `expected ${what} not to be accepted`);
        }
      },
    },
    {
      name: 'opens what it accepts, as the same model',
      async run() {
        const model = await (await made()).open(await given(), options);
        const [found, whole] = [await model.run(feeds, outputsOf(model)), await everything()];
        for (const name of outputsOf(model)) checkTensor(`"${name}"`, found[name], whole[name]!, tolerance);
        await model.close();
      },
    },
    {
      name: 'refuses to open what it cannot read',
      async run() {
        const backend = await made();
        const bytes = Uint8Array.from({ length: 64 }, () => 0xff);
        const open = (other: ModelSource) => () => Promise.resolve(backend.open(other, options));
        await checkRejects('bytes of no format', open({ kind: 'bytes', bytes }));
        const own = await given();
        const missing =
          own.kind === 'file' ? `no-such-folder/${own.path.split('/').at(-1)}` : 'no-such-folder/no-such-file';
        await checkRejects('a file that is not there', open({ kind: 'file', path: missing }));
      },
    },
  ];
}

/** Some of a list, evenly spread, first and last among them. */
function some<T>(of: readonly T[], count: number): readonly T[] {
  if (of.length <= count) return of;
  return Array.from({ length: count }, (_, at) => of[Math.round((at * (of.length - 1)) / (count - 1))]!);
}

/**
 * The part of a tensor that belongs to one sample and is to be compared with that sample alone; the whole where it has no batch, and
 * undefined where it cannot be told.
 */
function shareOf(whole: Tensor, sample: number, batch: number, alone: readonly number[]): Tensor | undefined {
  const [rows = 0, ...rest] = whole.dims;
  const [ownRows = 0, ...ownRest] = alone;
  if (rest.join() !== ownRest.join()) return undefined;
  if (rows === batch && ownRows === 1) return sampleOfTensor(whole, sample);
  // Samples may lie within the first dimension, as heads of attention do.
  if (rows !== batch * ownRows) return undefined;
  const size = whole.data.length / batch;
  return { ...whole, dims: alone, data: whole.data.slice(sample * size, (sample + 1) * size) };
}

/** What an operator that works on each element alone makes of its input. */
const elementwise: Readonly<Record<string, (value: number) => number>> = {
  Identity: (value) => value,
  Relu: (value) => Math.max(value, 0),
  Sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  Tanh: Math.tanh,
};

interface Relation {
  readonly name: string;
  readonly what: string;
  readonly expected: ArrayLike<number>;
}

/** Layers whose values follow from those of other layers, by operators that anybody can compute. */
function relationsOf(graph: GraphView, layers: readonly LayerSpec[], values: Tensors): readonly Relation[] {
  const known = new Set(layers.filter(({ type }) => type === 'float32').map(({ name }) => name));
  return graph.nodes.flatMap(({ operator, inputs, outputs: [name = ''] }) => {
    if (!known.has(name) || inputs.length === 0 || !inputs.every((input) => known.has(input))) return [];
    const shape = values[name]!.dims.join();
    if (!inputs.every((input) => values[input]!.dims.join() === shape)) return [];
    const [first, second] = inputs.map((input) => toFloat32(values[input]!));
    const what = `${operator} of ${inputs.map((input) => `"${input}"`).join(' and ')}`;
    const of = elementwise[operator];
    if (of !== undefined && inputs.length === 1) return [{ name, what, expected: first!.map(of) }];
    if (operator !== 'Add' || second === undefined) return [];
    return [{ name, what, expected: first!.map((value, at) => value + second[at]!) }];
  });
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
