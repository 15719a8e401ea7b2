import * as tf from '@tensorflow/tfjs-core';
import { firstLineOf } from '@understory/core';
import { errors } from './errors.ts';
import { loaded } from './support/scoped.ts';

type EngineName = 'tfjs-node-gpu' | 'tfjs-node' | 'wasm' | 'cpu';

/** What computes tensors. */
export interface Engine {
  readonly name: EngineName;
  /** What TensorFlow.js calls it. */
  readonly backend: 'tensorflow' | 'wasm' | 'cpu';
}

/** An engine that may not be there. */
export interface EngineSource extends Engine {
  /** Registers it with TensorFlow.js; rejects where it is not there. */
  readonly load: () => Promise<unknown>;
}

export interface Placed {
  readonly engine: Engine;
  /** The engines that were preferred to it, and why they do not work. */
  readonly remarks: readonly string[];
}

/** The first engine that works, of those there are in order of preference; throws DEVICE_UNKNOWN, or DEVICE_UNAVAILABLE where none does. */
export async function firstEngine(engines: readonly EngineSource[], devices: readonly string[] = []): Promise<Placed> {
  const names: readonly string[] = engines.map(({ name }) => name);
  const wanted = (devices.length > 0 ? devices : ['auto']).flatMap((device) => (device === 'auto' ? names : [device]));
  for (const device of wanted) if (!names.includes(device)) throw errors.unknownDevice(device, names);
  const failures: string[] = [];
  for (const name of new Set(wanted)) {
    const source = engines.find((engine) => engine.name === name)!;
    try {
      return { engine: await inTurn(() => load(source)), remarks: failures };
    } catch (error) {
      failures.push(`${name} is not available: ${reasonOf(error)}`);
    }
  }
  throw errors.noDevice(wanted, failures);
}

function reasonOf(error: unknown): string {
  const { code, found } = error as { readonly code?: unknown; readonly found?: unknown };
  return code === 'MISSING_PEER' ? 'it is not installed' : typeof found === 'string' ? found : firstLineOf(error);
}

/** The plain engine advises everybody who uses it to install the native one. */
function withoutGreeting(backend: object): void {
  if ('firstUse' in backend) backend.firstUse = false;
}

async function load({ name, backend, load: register }: EngineSource): Promise<Engine> {
  const before = tf.getBackend();
  try {
    await register();
    await start(backend);
    if (!(await tf.setBackend(backend))) throw new Error('TensorFlow.js could not initialise it');
    if (backend === 'cpu') withoutGreeting(tf.backend());
    return { name, backend };
  } finally {
    if (before !== undefined && before !== '') await tf.setBackend(before);
  }
}

/** Starts an engine before it is made the current one: as long as the current one starts, nobody can work on any. */
async function start(backend: Engine['backend']): Promise<void> {
  const { registry, registryFactory } = tf.engine();
  const known = registryFactory[backend];
  if (known === undefined || registry[backend] !== undefined) return;
  const started = await known.factory();
  tf.removeBackend(backend);
  tf.registerBackend(backend, () => started, known.priority);
}

/**
 * Does one piece of work on an engine. TensorFlow.js has one current engine in a process: it is this one for as long as the work
 * goes on, which is not interrupted because it is synchronous, and the one from before afterwards.
 */
export function onEngine<T>({ backend }: Engine, work: () => T): T {
  const before = tf.getBackend();
  if (before === backend) return work();
  // An engine that is initialised is set at once; what is awaited is nothing.
  void tf.setBackend(backend);
  try {
    return work();
  } finally {
    if (before !== undefined && before !== '') void tf.setBackend(before);
  }
}

/** Loads something on an engine, which keeps the tensors that must outlive the call; other work in between puts the engine back. */
export async function loadOnEngine<T>({ backend }: Engine, work: () => Promise<T>): Promise<T> {
  return inTurn(async () => {
    const before = tf.getBackend();
    await tf.setBackend(backend);
    try {
      return await loaded(work);
    } finally {
      if (before !== undefined && before !== '' && before !== backend) await tf.setBackend(before);
    }
  });
}

let turn: Promise<unknown> = Promise.resolve();

/** What is asynchronous goes one after the other: an engine that is being initialised is given up where another is set meanwhile. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const own = turn.then(work);
  turn = own.catch(() => undefined);
  return own;
}
