import { createRequire } from 'node:module';

/** The native engine that is tried beside the others: one in a process. */
const native = process.env['UNDERSTORY_TFJS_NATIVE'] ?? 'tfjs-node';

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve(`@tensorflow/${native}/package.json`);
    return true;
  } catch {
    return false;
  }
}

/** The engines that are present. */
export const engines: readonly string[] = ['wasm', 'cpu', ...(isInstalled() ? [native] : [])];
