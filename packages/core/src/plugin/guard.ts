import type { Attack } from '../contracts/attack.ts';
import type { Cancellation } from '../contracts/cancellation.ts';
import type { ExecutorKind } from '../contracts/executor.ts';
import type { Explainer } from '../contracts/explainer.ts';
import type { Mask } from '../contracts/mask.ts';
import type { Metric } from '../contracts/metric.ts';
import type { Backend } from '../contracts/model.ts';
import type { Probe, ProbeRequest } from '../contracts/probe.ts';
import type { SubjectKind } from '../contracts/subject.ts';
import type { Visualiser } from '../contracts/visualiser.ts';
import { environmentFailure } from '../environment-failure.ts';
import { errors, isDiagnosed } from '../errors/index.ts';
import { messageOf } from '../message-of.ts';
import {
  checkAttackResult,
  checkExperiment,
  checkHeatMaps,
  checkKept,
  checkMasks,
  checkMeasurements,
  checkModel,
  checkProbeRows,
  checkProbeSummary,
  checkVisualisation,
} from './check-results.ts';
import { checkedExecutor } from './check-executor.ts';
import { checkedSubject, checkReadings } from './check-subjects.ts';
import type { GuardedContribution } from './guarded-contribution.ts';
import type { ContributionKind } from './tokens.ts';

/**
 * What a plugin provides, so that everything it gives back has been checked and everything it throws carries a code and its name:
 * PLUGIN_RESULT_INVALID, HEAT_MAP_NOT_FINITE, PLUGIN_FAILED or ENVIRONMENT_FAILED. Errors that carry a diagnosis and the reason of a
 * signal stay as they are.
 *
 * There is no limit of time, since honest work may take hours; a call that nothing can settle any more is for `failStalledCall`.
 * Throws PLUGIN_RESULT_INVALID where it is not what its kind asks for.
 */
export function guarded(make: () => unknown, of: GuardedContribution): unknown {
  const product = callNow(of, make);
  // What a plugin takes from another and hands on is that other's.
  if (typeof product === 'object' && product !== null && known.has(product)) return product;
  const methods = methodsOf[of.kind];
  for (const name of methods) {
    if (typeof product === 'object' && product !== null && typeof Reflect.get(product, name) === 'function') continue;
    throw errors.pluginResultInvalid({
      ...of,
      found: `${product === null ? 'null' : typeof product} without a function ${name}`,
      expected: `an object with ${methods.join(', ')}`,
    });
  }
  const made = withMethods(product as object, guards[of.kind](product as never, of));
  known.add(made);
  return made;
}

/** What is guarded already. */
const known = new WeakSet<object>();

/** The functions that a contribution of each kind has. */
const methodsOf: Readonly<Record<ContributionKind, readonly string[]>> = {
  explainer: ['explain'],
  metric: ['evaluate'],
  probe: ['experiment'],
  attack: ['perturb'],
  mask: ['draw'],
  visualiser: ['visualise'],
  backend: ['accepts', 'open'],
  subject: ['readings', 'open'],
  executor: ['open'],
};

type Methods<T> = (product: T, of: GuardedContribution) => Partial<T>;

const guards: {
  readonly explainer: Methods<Explainer>;
  readonly metric: Methods<Metric>;
  readonly probe: Methods<Probe>;
  readonly attack: Methods<Attack>;
  readonly mask: Methods<Mask>;
  readonly visualiser: Methods<Visualiser>;
  readonly backend: Methods<Backend>;
  readonly subject: Methods<SubjectKind>;
  readonly executor: Methods<ExecutorKind>;
} = {
  explainer: (explainer, of) => ({
    explain: async (request) =>
      checkHeatMaps(await call(of, request.signal, () => explainer.explain(request)), request, of),
  }),
  metric: (metric, of) => ({
    evaluate: async (request) =>
      checkMeasurements(await call(of, request.signal, () => metric.evaluate(request)), request, metric, of),
  }),
  attack: (attack, of) => ({
    perturb: async (request) =>
      checkAttackResult(await call(of, request.signal, () => attack.perturb(request)), request, of),
  }),
  mask: (mask, of) => ({
    draw: async (request) => checkMasks(await call(of, undefined, () => mask.draw(request)), request, of),
  }),
  visualiser: (visualiser, of) => ({
    visualise: async (request) =>
      checkVisualisation(await call(of, request.signal, () => visualiser.visualise(request)), request, of),
  }),
  backend: (backend, of) => ({
    accepts: (source) => callNow(of, () => backend.accepts(source)),
    open: async (source, options) => checkModel(await call(of, undefined, () => backend.open(source, options)), of),
  }),
  subject: (kind, of) => ({
    readings: (facts) =>
      checkReadings(
        callNow(of, () => kind.readings(facts)),
        of,
      ),
    ...(kind.refuses !== undefined && { refuses: (facts) => callNow(of, () => kind.refuses?.(facts)) }),
    open: async (facts, reading, settings) =>
      checkedSubject(await call(of, undefined, () => kind.open(facts, reading, settings)), of),
  }),
  executor: (kind, of) => ({
    open: async (request) => checkedExecutor(await call(of, request.signal, () => kind.open(request)), of),
    ...(kind.serve !== undefined && {
      serve: (request) => call(of, request.signal, async () => kind.serve?.(request)),
    }),
    ...(kind.shared !== undefined && { shared: () => call(of, undefined, () => kind.shared!()) }),
  }),
  probe: (probe, of) => ({
    experiment(request) {
      const { signal } = request;
      const experiment = checkExperiment(
        callNow(of, () => probe.experiment(withCheckedPictures(request, of))),
        of,
      );
      return {
        rows: async (item, random) => checkProbeRows(await call(of, signal, () => experiment.rows(item, random)), of),
        summarise: async (rows) => checkProbeSummary(await call(of, signal, () => experiment.summarise(rows)), of),
      };
    },
  }),
};

function withCheckedPictures(request: ProbeRequest, of: GuardedContribution): ProbeRequest {
  const { keep } = request;
  if (keep === undefined) return request;
  return {
    ...request,
    async keep(item, name, pixels, drawn) {
      checkKept(pixels, name, drawn, of);
      await keep(item, name, pixels, drawn);
    },
  };
}

/** An object that has these methods and all else of another, on which its own methods work. */
function withMethods(product: object, methods: object): object {
  // An empty target, for a property of a frozen object may not be reported as another one.
  return new Proxy(Object.create(Object.getPrototypeOf(product) as object | null) as object, {
    has: (_, name) => Reflect.has(product, name),
    get(_, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name) as unknown;
      const value: unknown = Reflect.get(product, name, product);
      return typeof value === 'function' ? (value.bind(product) as unknown) : value;
    },
    set: () => false,
    ownKeys: () => Reflect.ownKeys(product),
    getOwnPropertyDescriptor(_, name) {
      const own = Reflect.getOwnPropertyDescriptor(product, name);
      if (own === undefined) return undefined;
      const value: unknown = Object.hasOwn(methods, name)
        ? Reflect.get(methods, name)
        : Reflect.get(product, name, product);
      return { value, enumerable: own.enumerable === true, configurable: true, writable: false };
    },
  });
}

/** A call of a plugin that has not ended. */
interface PendingCall {
  readonly of: GuardedContribution;
  readonly fail: (reason: unknown) => void;
}

const pending = new Set<PendingCall>();

/**
 * Ends the call of a plugin that began last and has not ended, with PLUGIN_FAILED; false where there is none.
 * For whoever sees that nothing is left that could settle it: in Node.js, when `beforeExit` is emitted.
 */
export function failStalledCall(): boolean {
  const last = [...pending].at(-1);
  if (last === undefined) return false;
  const { of, fail } = last;
  fail(errors.pluginFailed({ ...of, reason: 'it never ends: nothing is left that its promise could wait for' }));
  return true;
}

async function call<T>(
  of: GuardedContribution,
  signal: Cancellation | undefined,
  work: () => T | Promise<T>,
): Promise<T> {
  let entry: PendingCall | undefined;
  try {
    return await new Promise<T>((settle, fail) => {
      pending.add((entry = { of, fail }));
      // In a promise of its own, for a plugin may throw before it returns one.
      (async () => work())().then(settle, fail);
    });
  } catch (failure) {
    throw named(failure, of, signal);
  } finally {
    if (entry !== undefined) pending.delete(entry);
  }
}

/** The same of what is not asynchronous. */
function callNow<T>(of: GuardedContribution, work: () => T): T {
  try {
    return work();
  } catch (failure) {
    throw named(failure, of, undefined);
  }
}

function named(failure: unknown, of: GuardedContribution, signal: Cancellation | undefined): unknown {
  try {
    if (isDiagnosed(failure) || signal?.aborted === true) return failure;
    const failed = environmentFailure(failure) === undefined ? errors.pluginFailed : errors.environmentFailed;
    return failed({ ...of, reason: messageOf(failure), cause: failure });
  } catch {
    return errors.pluginFailed({ ...of, reason: 'it throws what throws in turn when it is looked at' });
  }
}
