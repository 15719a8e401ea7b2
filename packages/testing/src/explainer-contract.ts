import { batchOf, float32 } from '@understory/core';
import type { Explainer, ExplainRequest, Feeds, HeatMap, Model, Objective } from '@understory/core';
import { besideAnother, otherImage } from './beside-another.ts';
import {
  check,
  checkClose,
  checkRejects,
  checkTensor,
  checkUnchanged,
  isSame,
  once,
  resultOrDiagnosis,
} from './check.ts';
import { timed, type ContractCase, type ContractTime } from './contract-case.ts';
import { bareModel, withoutGradients } from './plain-models.ts';
import { sampleOfFeeds, sampleOfObjective } from './samples.ts';

export interface ExplainerSubject extends ContractTime {
  readonly create: () => Explainer | Promise<Explainer>;
  readonly open: () => Model | Promise<Model>;
  /** Two samples or more, no two alike. */
  readonly feeds: Feeds;
  /** One entry a sample. */
  readonly objective: Objective;
  /** A layer to name, for explainers that read one. */
  readonly layer?: string;
  /** Largest difference between maps that should be the same, relative to the map's largest value; 1e-4 by default. */
  readonly tolerance?: number;
}

/** What an explainer may say of a model that has no gradients for it. */
const withoutGradientsCodes = ['CAPABILITY_MISSING', 'NOT_DIFFERENTIABLE'];

/** What every explainer promises, one case a promise. */
export function explainerContract(subject: ExplainerSubject): readonly ContractCase[] {
  const { feeds, objective, layer, tolerance = 1e-4 } = subject;
  const batch = batchOf(feeds);
  if (batch < 2) throw new RangeError(`the contract needs a batch of at least 2, found ${batch}`);
  const untouched = structuredClone({ feeds, objective });
  const parts = once(async () => ({ explainer: await subject.create(), model: await subject.open() }));
  const explain = async (changes: Partial<ExplainRequest> = {}): Promise<readonly HeatMap[]> => {
    const { explainer, model } = await parts();
    return explainer.explain({ model, feeds, objective, seed: 1, ...(layer !== undefined && { layer }), ...changes });
  };
  // Cloned, so that an explainer that hands out one buffer again and again is not compared with itself.
  const whole = once(async () => structuredClone(await explain()));

  const cases: Omit<ContractCase, 'timeout'>[] = [
    {
      name: 'gives one map a sample, of its own height and width, in finite numbers',
      async run() {
        const maps = await whole();
        check(maps.length === batch, `expected ${batch} maps, found ${maps.length}`);
        for (const { height, width, data } of maps) {
          check(height >= 1 && width >= 1, `expected a map with places, found ${height} x ${width}`);
          // By its tag: a clone is of the outer realm where the test runner has one of its own.
          check(Object.prototype.toString.call(data) === '[object Float32Array]', 'expected a Float32Array');
          check(data.length === height * width, `${height} x ${width} places, but ${data.length} numbers`);
          check(data.every(Number.isFinite), 'expected finite numbers');
        }
      },
    },
    {
      name: 'says which layer it read by its tensor name',
      async run() {
        const { model } = await parts();
        for (const map of await whole()) {
          if (map.layer === undefined) {
            check(layer === undefined, `was given the layer "${layer}" and does not say which it read`);
            continue;
          }
          const names = model.layers.map(({ name }) => name);
          check(names.includes(map.layer), `"${map.layer}" is no layer of the model: ${names.join(', ')}`);
        }
      },
    },
    {
      name: 'gives the same maps for the same request',
      async run() {
        const first = await whole();
        const second = await explain();
        first.forEach((map, sample) => checkSame(`sample ${sample}, second time`, second[sample], map, 0));
      },
    },
    {
      name: 'gives the same maps again where it is given no seed',
      async run() {
        const { explainer, model } = await parts();
        const request: ExplainRequest = { model, feeds, objective, ...(layer !== undefined && { layer }) };
        const first = structuredClone(await explainer.explain(request));
        const second = await explainer.explain(request);
        first.forEach((map, sample) => checkSame(`sample ${sample}, second time`, second[sample], map, 0));
      },
    },
    {
      name: 'hands out maps that stay as they are, also when asked twice at once',
      async run() {
        const maps = await whole();
        const handed = await explain();
        const other = { feeds: sampleOfFeeds(feeds, 1), objective: sampleOfObjective(objective, 1) };
        const [alone, again] = await Promise.all([explain(other), explain()]);
        maps.forEach((map, sample) => {
          checkSame(`sample ${sample}, at the same time as others`, again[sample], map, 0);
          checkSame(`sample ${sample}, after other calls`, handed[sample], map, 0);
        });
        checkSame('sample 1, alone at the same time', alone[0], maps[1]!, tolerance);
      },
    },
    {
      name: 'explains each sample as if it were alone',
      async run() {
        const maps = await whole();
        for (let sample = 0; sample < batch; sample += 1) {
          const alone = await explain({
            feeds: sampleOfFeeds(feeds, sample),
            objective: sampleOfObjective(objective, sample),
          });
          check(alone.length === 1, `expected 1 map for 1 sample, found ${alone.length}`);
          checkSame(`sample ${sample}, alone`, alone[0], maps[sample]!, tolerance);
        }
      },
    },
    {
      name: 'explains the image that it is told of, where the model takes another one too',
      async run() {
        const { model } = await parts();
        const image = model.inputs.find(({ name, type }) => type !== 'bool' && feeds[name]?.dims.length === 4);
        if (image === undefined) return;
        const another = { [otherImage]: float32(new Float32Array(batch * 108).fill(0.5), [batch, 3, 6, 6]) };
        const changes = {
          model: besideAnother(model, image.name),
          feeds: { ...another, ...feeds },
          image: image.name,
        };
        const maps = await whole();
        (await explain(changes)).forEach((map, sample) =>
          checkSame(`sample ${sample}, beside another image`, map, maps[sample]!, tolerance),
        );
      },
    },
    {
      name: 'leaves feeds, objective and model as they were',
      async run() {
        const { model } = await parts();
        const outputs = model.outputs.map(({ name }) => name);
        const before = await model.run(untouched.feeds, outputs);
        checkUnchanged('the request', { feeds, objective }, untouched);
        // A call of its own: what a call turns round, the next one turns back.
        const own = structuredClone(untouched);
        await explain(own);
        checkUnchanged('the feeds', own.feeds, untouched.feeds);
        checkUnchanged('the objective', own.objective, untouched.objective);
        const after = await model.run(untouched.feeds, outputs);
        for (const name of outputs) checkTensor(`output "${name}"`, after[name], before[name]!, 0);
      },
    },
    {
      name: 'refuses a list of targets that does not fit the batch',
      async run() {
        const first = sampleOfObjective(objective, 0);
        await checkRejects('one target for the whole batch', () => explain({ objective: first }), 'TARGET_COUNT');
        const one = sampleOfFeeds(feeds, 0);
        await checkRejects('a target too many', () => explain({ feeds: one }), 'TARGET_COUNT');
      },
    },
    {
      name: 'explains a model without gradients, or says that they are missing, before it runs it',
      async run() {
        const { model } = await parts();
        let runs = 0;
        const plain = withoutGradients(model);
        const counted: Model = { ...plain, run: (...request) => ((runs += 1), plain.run(...request)) };
        const what = 'a model without gradients';
        const maps = await resultOrDiagnosis(what, () => explain({ model: counted }), withoutGradientsCodes);
        if (maps === undefined) check(runs === 0, `${what} was run ${runs} times before it was refused`);
        else
          (await whole()).forEach((map, sample) =>
            checkSame(`sample ${sample}, ${what}`, maps[sample], map, tolerance),
          );
      },
    },
    {
      name: 'explains a model that can only run, or says what is missing',
      async run() {
        const model = bareModel((await parts()).model);
        await resultOrDiagnosis('a model that can only run', () => explain({ model }));
      },
    },
    {
      name: 'stops when it is told to',
      async run() {
        const reason = new Error('told to stop');
        const outcome = await explain({ signal: AbortSignal.abort(reason) }).catch((failure: unknown) => failure);
        check(outcome === reason, `expected the reason of the signal, found ${String(outcome)}`);
      },
    },
  ];
  if (layer === undefined) return timed(subject, cases);
  return timed(subject, [
    ...cases,
    {
      name: 'refuses a layer that the model does not have',
      run: () => checkRejects('an unknown layer', () => explain({ layer: 'no such layer' }), 'UNKNOWN_LAYER'),
    },
  ]);
}

function checkSame(what: string, actual: HeatMap | undefined, expected: HeatMap, tolerance: number): void {
  check(actual !== undefined, `${what}: expected a map, found none`);
  check(
    actual.height === expected.height && actual.width === expected.width && actual.layer === expected.layer,
    `${what}: expected ${describe(expected)}, found ${describe(actual)}`,
  );
  checkClose(what, actual.data, expected.data, tolerance);
  check(
    isSame(Object.keys(actual.details ?? {}), Object.keys(expected.details ?? {})),
    `${what}: other details than before`,
  );
  for (const [name, value] of Object.entries(expected.details ?? {})) {
    checkClose(`${what}: ${name}`, [actual.details![name]!], [value], tolerance);
  }
  check(actual.reading === expected.reading, `${what}: expected "${expected.reading}", found "${actual.reading}"`);
}

function describe({ height, width, layer }: HeatMap): string {
  return `${height} x ${width}${layer === undefined ? '' : ` of "${layer}"`}`;
}
