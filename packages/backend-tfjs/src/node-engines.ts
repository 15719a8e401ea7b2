import { importPeer } from '@understory/core';
import type { EngineSource } from './engines.ts';
import { errors } from './errors.ts';

/** The engines that there may be in Node, in order of preference. */
export const nodeEngines: readonly EngineSource[] = [
  { name: 'tfjs-node-gpu', backend: 'tensorflow', load: () => loadNative('tfjs-node-gpu') },
  { name: 'tfjs-node', backend: 'tensorflow', load: () => loadNative('tfjs-node') },
  { name: 'wasm', backend: 'wasm', load: () => import('@tensorflow/tfjs-backend-wasm') },
  { name: 'cpu', backend: 'cpu', load: () => import('@tensorflow/tfjs-backend-cpu') },
];

type NativeName = 'tfjs-node' | 'tfjs-node-gpu';

/** The native engine of this process: both packages register themselves as "tensorflow". */
let native: NativeName | undefined;

/** The last Node that the native engines run on. */
const lastNativeNode = 22;

async function loadNative(name: NativeName): Promise<void> {
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
