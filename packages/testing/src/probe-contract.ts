import { seededRandom } from '@understory/core';
import type { Probe, ProbeItem, ProbeRequest, ProbeSummary, Tensor } from '@understory/core';
import { check, checkClose, checkTensor, checkUnchanged, isSame, once, resultOrDiagnosis } from './check.ts';
import { timed, type ContractCase, type ContractTime } from './contract-case.ts';
import { bareModel, ofAnotherModel, withoutGradients } from './plain-models.ts';

export interface ProbeSubject extends ContractTime {
  /** Made for each run. */
  readonly create: () => Probe | Promise<Probe>;
  /** The same probe with settings that change no result, such as other batches. */
  readonly equals?: readonly (() => Probe | Promise<Probe>)[];
  readonly request: () => ProbeRequest | Promise<ProbeRequest>;
  /** Two items or more, under ids that differ. */
  readonly items: readonly ProbeItem[];
  /** Largest difference between numbers of rows that should be the same, relative to the largest; 0 by default. */
  readonly tolerance?: number;
}

type Row = Readonly<Record<string, unknown>>;

interface Outcome {
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  /** Made when first asked for. */
  readonly summary: () => Promise<ProbeSummary>;
  /** By `item name`, each as it was when it was kept. */
  readonly kept: ReadonlyMap<string, Tensor<'float32'>>;
}

/** What every probe promises, one case a promise. */
export function probeContract(subject: ProbeSubject): readonly ContractCase[] {
  const { items, tolerance = 0 } = subject;
  if (items.length < 2) throw new RangeError(`the contract needs at least 2 items, found ${items.length}`);
  const untouched = structuredClone(items);
  const run = async (
    order: readonly ProbeItem[],
    {
      create = subject.create,
      atOnce = false,
      ...changes
    }: { readonly create?: ProbeSubject['create']; readonly atOnce?: boolean } & Partial<ProbeRequest> = {},
  ): Promise<Outcome> => {
    const kept = new Map<string, Tensor<'float32'>>();
    const keep: ProbeRequest['keep'] = async (item, name, pixels) =>
      void kept.set(`${item} ${name}`, structuredClone(pixels));
    const request: ProbeRequest = { ...(await subject.request()), keep, ...changes };
    const experiment = (await create()).experiment(request);
    const rows = new Map<string, readonly Row[]>();
    const handed = new Map<string, readonly unknown[]>();
    const ask = async (item: ProbeItem) => {
      const made = await experiment.rows(item, seededRandom(request.seed).fork(item.id));
      handed.set(item.id, made);
      // As a run folder keeps them.
      rows.set(item.id, writtenOf(made));
    };
    if (atOnce) await Promise.all(order.map(ask));
    else for (const item of order) await ask(item);
    for (const [id, made] of handed) {
      check(isSame(writtenOf(made), rows.get(id)), `the rows of "${id}" are others once later items were asked for`);
    }
    const summary = once(() => experiment.summarise(streamOf(order.flatMap(({ id }) => rows.get(id)!))));
    return { rows, summary, kept };
  };
  const whole = once(() => run(items));
  const reversed = once(() => run(items.toReversed()));

  return timed(subject, [
    {
      name: 'gives rows of plain values, which survive being written as JSON',
      async run() {
        const experiment = (await subject.create()).experiment(await subject.request());
        const [first] = items;
        const rows = await experiment.rows(first!, seededRandom(1).fork(first!.id));
        check(rows.length > 0, 'expected a row, found none');
        for (const row of rows) {
          check(typeof row === 'object' && row !== null && !Array.isArray(row), 'expected rows that are objects');
          for (const [name, value] of Object.entries(row as Row)) {
            const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
            check(
              parts.every(isPlain),
              `"${name}" is ${String(value)}: expected text, a finite number, a flag, null or a list`,
            );
          }
        }
      },
    },
    {
      name: 'gives the same rows for the same item and seed',
      run: async () => checkRows('second time', (await run(items)).rows, (await whole()).rows, tolerance),
    },
    {
      name: 'gives the same rows when all items are asked for at once',
      run: async () => checkRows('at once', (await run(items, { atOnce: true })).rows, (await whole()).rows, tolerance),
    },
    {
      name: 'gives the same rows where no pictures are kept',
      async run() {
        const { subject: probed, explainer, seed } = await subject.request();
        const request: ProbeRequest = { subject: probed, seed, ...(explainer && { explainer }) };
        const experiment = (await subject.create()).experiment(request);
        const rows = new Map<string, readonly Row[]>();
        for (const item of items) {
          rows.set(item.id, writtenOf(await experiment.rows(item, seededRandom(seed).fork(item.id))));
        }
        checkRows('with nothing kept', rows, (await whole()).rows, tolerance);
      },
    },
    {
      name: 'gives the same rows in any order of the items',
      run: async () => checkRows('in reverse', (await reversed()).rows, (await whole()).rows, tolerance),
    },
    {
      name: 'gives the same rows for an item alone',
      async run() {
        const { rows } = await whole();
        for (const item of items) {
          const alone = await run([item]);
          checkRows('alone', alone.rows, new Map([[item.id, rows.get(item.id)!]]), tolerance);
        }
      },
    },
    ...(subject.equals ?? []).map((create, at) => ({
      name: `gives the same rows with settings that change no result (${at + 1})`,
      run: async () =>
        checkRows(`settings ${at + 1}`, (await run(items, { create })).rows, (await whole()).rows, tolerance),
    })),
    {
      name: 'leaves items and model as they were',
      async run() {
        const { subject: probed } = await subject.request();
        const pixels = untouched.map((item) => item.pixels);
        const before = await Promise.all(pixels.map((of) => probed.answer(of)));
        await whole();
        checkUnchanged('the items', items, untouched);
        // A run of its own: what one run turns round, the next one turns back.
        const own = structuredClone(untouched);
        await run(own, { subject: probed });
        checkUnchanged('the items', own, untouched);
        const after = await Promise.all(pixels.map((of) => probed.answer(of)));
        check(isSame(after, before), 'the model says something else than before');
      },
    },
    {
      name: 'works on a model without gradients, on one that can only run, and without an explainer, or says what is missing',
      async run() {
        const { subject: probed, explainer, ...request } = await subject.request();
        const changes = { 'a model without gradients': withoutGradients, 'a model that can only run': bareModel };
        for (const [what, change] of Object.entries(changes)) {
          await resultOrDiagnosis(what, () => run(items.slice(0, 1), { subject: ofAnotherModel(probed, change) }));
        }
        if (explainer === undefined) return;
        const [first] = items;
        await resultOrDiagnosis('no explainer', async () =>
          (await subject.create())
            .experiment({ ...request, subject: probed })
            .rows(first!, seededRandom(request.seed).fork(first!.id)),
        );
      },
    },
    {
      name: 'ends with a finite verdict in words, its estimate within its interval',
      run: async () => checkVerdict(await (await whole()).summary()),
    },
    {
      name: 'comes to a verdict on one item and on none',
      async run() {
        checkVerdict(await (await run(items.slice(0, 1))).summary());
        const summary = await (await run([])).summary();
        checkVerdict(summary);
        check(summary.images === 0, `expected 0 images, found ${summary.images}`);
      },
    },
    {
      name: 'counts images, and gives each estimate once, within its interval, and finite',
      async run() {
        const { images, estimates: main, sections = [] } = await (await whole()).summary();
        check(images === items.length, `expected ${items.length} images, found ${images}`);
        for (const estimates of [main, ...sections.map((section) => section.estimates)]) {
          const names = estimates.map(({ measure, condition }) => `${measure} ${condition}`);
          check(new Set(names).size === names.length, `an estimate comes twice: ${names.join(', ')}`);
          for (const { measure, condition, estimate, interval, n, pValue = 1 } of estimates) {
            const what = `${measure} at ${condition}`;
            check(Number.isSafeInteger(n) && n >= 0, `${what}: n is ${n}`);
            check((estimate === null) === (n === 0), `${what}: ${estimate} of ${n}`);
            check(pValue >= 0 && pValue <= 1, `${what}: p is ${pValue}`);
            if (estimate !== null) checkWithin(what, estimate, interval);
          }
        }
      },
    },
    {
      name: 'draws curves of finite points, each within its interval',
      async run() {
        for (const { title, series, chance = 0 } of (await (await whole()).summary()).curves) {
          check(Number.isFinite(chance), `"${title}": chance is ${chance}`);
          for (const { name, points } of series) {
            for (const { x, y, interval } of points) {
              check(Number.isFinite(x), `"${name}" of "${title}": x is ${x}`);
              checkWithin(`"${name}" of "${title}" at ${x}`, y, interval);
            }
          }
        }
      },
    },
    {
      name: 'comes to the same numbers in any order of the items',
      async run() {
        const numbers = async ({ summary }: Outcome) => {
          const { verdict, estimates, curves, sections = [] } = await summary();
          return JSON.stringify({ verdict, estimates, curves, sections: sections.map((each) => each.estimates) });
        };
        const [expected, found] = [await numbers(await whole()), await numbers(await reversed())];
        check(found === expected, `in reverse: expected ${expected}, found ${found}`);
      },
    },
    {
      name: 'comes to the same summary and keeps the same pictures again',
      async run() {
        const [first, second] = [await whole(), await run(items)];
        const [expected, found] = [JSON.stringify(await first.summary()), JSON.stringify(await second.summary())];
        check(found === expected, `second time: expected ${expected}, found ${found}`);
        const names = [[...first.kept.keys()], [...second.kept.keys()]];
        check(
          isSame(names[1], names[0]),
          `second time: expected the pictures ${names[0]!.join()}, found ${names[1]!.join()}`,
        );
        for (const [name, pixels] of first.kept)
          checkTensor(`the picture "${name}"`, second.kept.get(name), pixels, tolerance);
      },
    },
    {
      name: 'keeps pictures of pixels in 0..1',
      async run() {
        for (const [name, { type, dims, data }] of (await whole()).kept) {
          const fits = type === 'float32' && dims.length === 4 && dims[0] === 1 && dims[1] === 3;
          check(fits, `"${name}": expected float32 [1, 3, H, W], found ${type} [${dims.join(', ')}]`);
          const outside = data.find((value) => !(value >= 0 && value <= 1));
          check(outside === undefined, `"${name}": expected pixels in 0..1, found ${outside}`);
        }
      },
    },
    {
      name: 'names only pictures that it had kept',
      async run() {
        const { summary, kept } = await whole();
        const { examples, sections = [] } = await summary();
        for (const { item, pictures } of [...examples, ...sections.flatMap((section) => section.examples)]) {
          for (const { name } of pictures) {
            check(kept.has(`${item} ${name}`), `"${name}" of "${item}" was not kept: ${[...kept.keys()].join(', ')}`);
          }
        }
      },
    },
    {
      name: 'stops when it is told to',
      async run() {
        const reason = new Error('told to stop');
        const outcome = await run(items, { signal: AbortSignal.abort(reason) }).catch((failure: unknown) => failure);
        check(outcome === reason, `expected the reason of the signal, found ${String(outcome)}`);
      },
    },
  ]);
}

async function* streamOf<T>(values: Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* values;
}

/** Rows as they are read back from a file. */
function writtenOf(rows: readonly unknown[]): readonly Row[] {
  return JSON.parse(JSON.stringify(rows)) as readonly Row[];
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function checkRows(what: string, actual: Outcome['rows'], expected: Outcome['rows'], tolerance: number): void {
  for (const [item, rows] of expected) {
    const found = actual.get(item) ?? [];
    check(found.length === rows.length, `"${item}" ${what}: expected ${rows.length} rows, found ${found.length}`);
    rows.forEach((row, at) => {
      for (const name of new Set([...Object.keys(row), ...Object.keys(found[at]!)])) {
        const [wanted, got] = [row[name], found[at]![name]];
        const place = `"${name}" of row ${at} of "${item}" ${what}`;
        if (typeof wanted === 'number' && typeof got === 'number') checkClose(place, [got], [wanted], tolerance);
        else
          check(
            JSON.stringify(got) === JSON.stringify(wanted),
            `${place}: expected ${show(wanted)}, found ${show(got)}`,
          );
      }
    });
  }
}

function checkVerdict({ verdict: { statement, estimate, interval } }: ProbeSummary): void {
  check(statement.trim().endsWith('.'), `expected a sentence, found "${statement}"`);
  checkWithin('the verdict', estimate, interval);
}

function checkWithin(what: string, estimate: number, interval: readonly [number, number] | null): void {
  check(Number.isFinite(estimate), `${what}: the estimate is ${estimate}`);
  if (interval === null) return;
  check(interval.every(Number.isFinite), `${what}: the interval is ${interval.join(' to ')}`);
  check(
    interval[0] <= estimate && estimate <= interval[1],
    `${what}: ${estimate} does not lie within ${interval.join(' to ')}`,
  );
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
