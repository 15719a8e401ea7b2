import { batchOf } from '@understory/core';
import type { HeatMap, Measurement, Metric, MetricRequest } from '@understory/core';
import { check, checkClose, checkTensor, once } from './check.ts';
import type { ContractCase } from './contract-case.ts';
import { sampleOfFeeds, sampleOfObjective } from './samples.ts';

export interface MetricSubject {
  readonly create: () => Metric | Promise<Metric>;
  /** With all that the metric needs, for two samples or more, no two alike. */
  readonly request: MetricRequest;
  /** Largest difference between values that should be the same, relative to the largest; 1e-5 by default. */
  readonly tolerance?: number;
}

/** What every metric promises, one case a promise. */
export function metricContract({ create, request, tolerance = 1e-5 }: MetricSubject): readonly ContractCase[] {
  const { feeds, objective, maps, boxes, model } = request;
  const samples = batchOf(feeds);
  if (samples < 2) throw new RangeError(`the contract needs at least 2 samples, found ${samples}`);
  const untouched = structuredClone({ feeds, maps });
  const made = once(async () => create());
  const evaluate = async (changes: Partial<MetricRequest> = {}) => (await made()).evaluate({ ...request, ...changes });
  const whole = once(() => evaluate());

  return [
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
      name: 'measures each sample as if it were alone',
      async run() {
        // How another explainer would see one sample is not for the contract to say, and a seed is of the whole request.
        if ((await made()).needs?.includes('explain')) return;
        const measurements = await whole();
        for (let sample = 0; sample < samples; sample += 1) {
          const alone = await evaluate({
            feeds: sampleOfFeeds(feeds, sample),
            objective: sampleOfObjective(objective, sample),
            maps: [maps[sample]!],
            ...(boxes && { boxes: [boxes[sample]!] }),
          });
          checkSame(`sample ${sample}, alone`, alone, [measurements[sample]!], tolerance);
        }
      },
    },
    {
      name: 'leaves feeds, maps and model as they were',
      async run() {
        const outputs = model.outputs.map(({ name }) => name);
        const before = await model.run(untouched.feeds, outputs);
        await evaluate();
        for (const [name, tensor] of Object.entries(untouched.feeds)) {
          checkTensor(`feed "${name}"`, feeds[name], tensor, 0);
        }
        untouched.maps.forEach((map, sample) => checkMap(`map ${sample}`, maps[sample]!, map));
        const after = await model.run(untouched.feeds, outputs);
        for (const name of outputs) checkTensor(`output "${name}"`, after[name], before[name]!, 0);
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
  ];
}

function checkSame(
  what: string,
  actual: readonly Measurement[],
  expected: readonly Measurement[],
  tolerance: number,
): void {
  check(actual.length === expected.length, `${what}: expected ${expected.length} measurements, found ${actual.length}`);
  expected.forEach(({ value, curve }, at) => {
    const found = actual[at]!;
    check(
      (value === undefined) === (found.value === undefined),
      `${what}: expected ${value ?? 'no value'}, found ${found.value ?? 'none'}`,
    );
    if (value !== undefined) checkClose(what, [found.value!], [value], tolerance);
    if (curve !== undefined) checkClose(`${what}, curve`, found.curve?.y ?? [], curve.y, tolerance);
  });
}

function checkMap(what: string, { height, width, data }: HeatMap, expected: HeatMap): void {
  check(height === expected.height && width === expected.width, `${what} is ${height} x ${width} now`);
  checkClose(what, data, expected.data, 0);
}
