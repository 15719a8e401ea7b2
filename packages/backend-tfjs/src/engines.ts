import * as tf from '@tensorflow/tfjs-core';
import { importPeer, firstLineOf } from '@understory/core';
import { errors } from './errors.ts';
import { loaded } from './support/scoped.ts';

const engineNames = ['tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu'] as const;

type EngineName = (typeof engineNames)[number];

/** What computes tensors. */
export interface Engine {
  readonly name: EngineName;
  /** What TensorFlow.js calls it. */
  readonly backend: 'tensorflow' | 'wasm' | 'cpu';
}

export interface Placed {
  readonly engine: Engine;
  /** The engines that were preferred to it, and why they do not work. */
  readonly remarks: readonly string[];
}

/** The first engine that works; throws DEVICE_UNKNOWN, or DEVICE_UNAVAILABLE where none does. */
export async function firstEngine(devices: readonly string[] = []): Promise<Placed> {
  const wanted = (devices.length > 0 ? devices : ['auto']).flatMap((device) =>
    device === 'auto' ? engineNames : [device],
  );
  for (const device of wanted) if (!isEngine(device)) throw errors.unknownDevice(device, engineNames);
  const failures: string[] = [];
  for (const name of new Set(wanted.filter(isEngine))) {
    try {
      return { engine: await inTurn(() => load(name)), remarks: failures };
    } catch (error) {
      failures.push(`${name} is not available: ${reasonOf(error)}`);
    }
  }
  throw errors.noDevice(wanted, failures);
}

function isEngine(device: string): device is EngineName {
  return (engineNames as readonly string[]).includes(device);
}

function reasonOf(error: unknown): string {
  const { code, found } = error as { readonly code?: unknown; readonly found?: unknown };
  return code === 'MISSING_PEER' ? 'it is not installed' : typeof found === 'string' ? found : firstLineOf(error);
}

/** The plain engine advises everybody who uses it to install the native one. */
function withoutGreeting(backend: object): void {
  if ('firstUse' in backend) backend.firstUse = false;
}

/** The native engine of this process: both packages register themselves as "tensorflow". */
let native: EngineName | undefined;

async function load(name: EngineName): Promise<Engine> {
  const before = tf.getBackend();
  try {
    switch (name) {
      case 'cpu':
        await import('@tensorflow/tfjs-backend-cpu');
        break;
      case 'wasm':
        await import('@tensorflow/tfjs-backend-wasm');
        break;
      case 'tfjs-node':
      case 'tfjs-node-gpu':
        await loadNative(name);
        break;
    }
    const backend = name === 'cpu' || name === 'wasm' ? name : 'tensorflow';
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

/** The last Node that the native engines run on. */
const lastNativeNode = 22;

async function loadNative(name: 'tfjs-node' | 'tfjs-node-gpu'): Promise<void> {
  if (native === name) return;
  if (native !== undefined) throw errors.nativeTaken(name, native);
  // TensorFlow's addon calls what Node 23 took away.
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major > lastNativeNode)
    throw errors.nodeTooNew({ engine: name, node: process.versions.node, last: lastNativeNode });
  const setup = name === 'tfjs-node' ? 'npm run setup:tfjs-node' : 'npm run setup:tfjs-gpu';
  const peer = `@tensorflow/${name}`;
  // TensorFlow's C++ writes its greetings to stderr.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  await importPeer(peer, setup, () => import(peer));
  native = name;
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
