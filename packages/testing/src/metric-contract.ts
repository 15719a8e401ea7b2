import { batchOf } from '@understory/core';
import type { Measurement, Metric, MetricRequest, Model } from '@understory/core';
import { check, checkClose, checkTensor, checkRejects, checkUnchanged, once, resultOrDiagnosis } from './check.ts';
import { timed, type ContractCase, type ContractTime } from './contract-case.ts';
import { bareModel, withoutGradients } from './plain-models.ts';
import { sampleOfFeeds, sampleOfObjective } from './samples.ts';

export interface MetricSubject extends ContractTime {
  readonly create: () => Metric | Promise<Metric>;
  /** With all that the metric needs, for two samples or more, no two alike. */
  readonly request: MetricRequest;
  /** Largest difference between values that should be the same, relative to the largest; 1e-5 by default. */
  readonly tolerance?: number;
}

/** What every metric promises, one case a promise. */
export function metricContract({ create, request, tolerance = 1e-5, ...time }: MetricSubject): readonly ContractCase[] {
  const { feeds, objective, maps, boxes, objects, model } = request;
  const samples = batchOf(feeds);
  if (samples < 2) throw new RangeError(`the contract needs at least 2 samples, found ${samples}`);
  const parts = { feeds, objective, maps, ...(boxes && { boxes }), ...(objects && { objects }) };
  const untouched = structuredClone(parts);
  const made = once(async () => create());
  /** What the metric declares and nothing else, so that it cannot read what it does not ask for. */
  const evaluate = async (changes: Partial<MetricRequest> = {}) => {
    const metric = await made();
    const { needs = [] } = metric;
    const { explain, boxes: given, objects: shown, ...others } = { ...request, ...changes };
    const asked = needs.includes('randomised') ? others.model : neverRandomised(others.model);
    return metric.evaluate({
      ...others,
      model: asked,
      ...(needs.includes('boxes') && given && { boxes: given }),
      ...(needs.includes('objects') && shown && { objects: shown }),
      ...(needs.includes('explain') && explain && { explain }),
    });
  };
  const ofSample = (sample: number): Partial<MetricRequest> => ({
    feeds: sampleOfFeeds(feeds, sample),
    objective: sampleOfObjective(objective, sample),
    maps: [maps[sample]!],
    ...(boxes && { boxes: [boxes[sample]!] }),
    ...(objects && { objects: [objects[sample]] }),
  });
  // Cloned, so that a metric that hands out one object again and again is not compared with itself.
  const whole = once(async () => structuredClone(await evaluate()));

  return timed(time, [
    {
      name: 'says how to read it: which way is better, and a range',
      async run() {
        const { better, range } = await made();
        check(['higher', 'lower', 'neither'].includes(better), `better is "${better}"`);
        check(range.length === 2 && range[0] < range[1], `the range is ${range.join(' to ')}`);
      },
    },
    {
      name: 'gives one measurement a sample, a number of its range or the reason why there is none',
      async run() {
        const { range, values } = await made();
        const measurements = await whole();
        check(measurements.length === samples, `expected ${samples} measurements, found ${measurements.length}`);
        measurements.forEach(({ value, reason }, sample) => {
          if (value === undefined) {
            check((reason ?? '').trim() !== '', `sample ${sample}: expected a value or a reason`);
          } else {
            const fits = Number.isFinite(value) && value >= range[0] && value <= range[1];
            check(fits, `sample ${sample}: ${value} is no number within ${range.join(' to ')}`);
            check(values !== 'binary' || value === 0 || value === 1, `sample ${sample}: ${value} is neither 0 nor 1`);
          }
        });
      },
    },
    {
      name: 'draws curves over ascending shares in 0..1, and names finite details',
      async run() {
        for (const { curve, details = {} } of await whole()) {
          for (const [name, value] of Object.entries(details)) check(Number.isFinite(value), `${name} is ${value}`);
          if (curve === undefined) continue;
          const { x, y } = curve;
          check(x.length === y.length, `${x.length} shares, but ${y.length} values`);
          check(y.every(Number.isFinite), 'expected finite values');
          const ascends = x.every((share, at) => share >= (x[at - 1] ?? 0) && share <= 1);
          check(ascends, `expected ascending shares in 0..1, found ${x.join(', ')}`);
        }
      },
    },
    {
      name: 'gives the same measurements for the same request',
      async run() {
        checkSame('second time', await evaluate(), await whole(), 0);
      },
    },
    {
      name: 'hands out measurements that stay as they are, also when asked twice at once',
      async run() {
        const handed = await evaluate();
        const isOfMany = (await made()).needs?.includes('explain');
        const [one, other] = await Promise.all([evaluate(), evaluate(isOfMany ? {} : ofSample(1))]);
        checkSame('at the same time', one, await whole(), 0);
        const expected = isOfMany ? await whole() : [(await whole())[1]!];
        checkSame('at the same time, the other', other, expected, isOfMany ? 0 : tolerance);
        checkSame('after other calls', handed, await whole(), 0);
      },
    },
    {
      name: 'is given what it asks for, and measures the same where it is given more',
      async run() {
        for (const need of (await made()).needs ?? []) {
          const isGiven = need === 'randomised' ? model.randomised !== undefined : request[need] !== undefined;
          check(isGiven, `the metric needs ${need}, and the subject's request has none`);
        }
        checkSame('with all of the request', await (await made()).evaluate(request), await whole(), 0);
      },
    },
    {
      name: 'refuses to measure where what it needs is absent',
      async run() {
        const metric = await made();
        for (const need of metric.needs ?? []) {
          const { explain, boxes: given, objects: shown, ...others } = request;
          const lacking: MetricRequest = {
            ...others,
            model: need === 'randomised' ? neverRandomised(model) : model,
            ...(need !== 'explain' && explain && { explain }),
            ...(need !== 'boxes' && given && { boxes: given }),
            ...(need !== 'objects' && shown && { objects: shown }),
          };
          await checkRejects(`no ${need}`, () => metric.evaluate(lacking));
        }
      },
    },
    {
      name: 'measures each sample as if it were alone',
      async run() {
        // How another explainer would see one sample is not for the contract to say, and a seed is of the whole request.
        if ((await made()).needs?.includes('explain')) return;
        const measurements = await whole();
        for (let sample = 0; sample < samples; sample += 1) {
          const alone = await evaluate(ofSample(sample));
          checkSame(`sample ${sample}, alone`, alone, [measurements[sample]!], tolerance);
        }
      },
    },
    {
      name: 'leaves feeds, objective, maps, boxes, objects and model as they were',
      async run() {
        const outputs = model.outputs.map(({ name }) => name);
        const before = await model.run(untouched.feeds, outputs);
        checkUnchanged('the request', parts, untouched);
        // A call of its own: what a call turns round, the next one turns back.
        const own = structuredClone(untouched);
        await evaluate(own);
        for (const name of Object.keys(untouched) as (keyof typeof untouched)[]) {
          checkUnchanged(`the request's ${name}`, own[name], untouched[name]);
        }
        const after = await model.run(untouched.feeds, outputs);
        for (const name of outputs) checkTensor(`output "${name}"`, after[name], before[name]!, 0);
      },
    },
    {
      name: 'measures on a model without gradients, and on one that can only run, or says what is missing',
      async run() {
        const found = await resultOrDiagnosis('a model without gradients', () =>
          evaluate({ model: withoutGradients(model) }),
        );
        if (found !== undefined) checkSame('on a model without gradients', found, await whole(), tolerance);
        await resultOrDiagnosis('a model that can only run', () => evaluate({ model: bareModel(model) }));
      },
    },
    {
      name: 'stops when it is told to',
      async run() {
        const reason = new Error('told to stop');
        const outcome = await evaluate({ signal: AbortSignal.abort(reason) }).catch((failure: unknown) => failure);
        check(outcome === reason, `expected the reason of the signal, found ${String(outcome)}`);
      },
    },
  ]);
}

function checkSame(
  what: string,
  actual: readonly Measurement[],
  expected: readonly Measurement[],
  tolerance: number,
): void {
  check(actual.length === expected.length, `${what}: expected ${expected.length} measurements, found ${actual.length}`);
  expected.forEach(({ value, reason, curve, details = {} }, at) => {
    const found = actual[at]!;
    check(
      (value === undefined) === (found.value === undefined),
      `${what}: expected ${value ?? 'no value'}, found ${found.value ?? 'none'}`,
    );
    if (value !== undefined) checkClose(what, [found.value!], [value], tolerance);
    check(found.reason === reason, `${what}: expected the reason "${reason}", found "${found.reason}"`);
    check((curve === undefined) === (found.curve === undefined), `${what}: a curve is there once and once not`);
    checkClose(`${what}, x of the curve`, found.curve?.x ?? [], curve?.x ?? [], tolerance);
    checkClose(`${what}, y of the curve`, found.curve?.y ?? [], curve?.y ?? [], tolerance);
    const [names, others] = [Object.keys(details), Object.keys(found.details ?? {})];
    check(names.join() === others.join(), `${what}: expected the details ${names.join()}, found ${others.join()}`);
    for (const name of names) checkClose(`${what}, ${name}`, [found.details![name]!], [details[name]!], tolerance);
  });
}

/** The same model, gradients and all, whose weights cannot be re-initialised. */
function neverRandomised(model: Model): Model {
  const hidden: readonly PropertyKey[] = ['randomised', 'weightedLayers'];
  return new Proxy(model, {
    has: (target, name) => !hidden.includes(name) && Reflect.has(target, name),
    get(target, name) {
      if (hidden.includes(name)) return undefined;
      const value: unknown = Reflect.get(target, name, target);
      // A method of the model itself: its private parts are not behind the proxy.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
