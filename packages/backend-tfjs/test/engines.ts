import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The native engine that is tried: one in a process, as both call themselves "tensorflow". */
export const native = process.env['UNDERSTORY_TFJS_NATIVE'] ?? 'tfjs-node';

function isInstalled(): boolean {
  try {
    require.resolve(`@tensorflow/${native}/package.json`);
    return true;
  } catch {
    return false;
  }
}

/** The engines that are present, and a line on those that are not. */
export const engines: readonly string[] = ['wasm', 'cpu', ...(isInstalled() ? [native] : [])];

if (!engines.includes(native)) {
  process.stderr.write(
    `${native} is not installed and not tested here: npm run setup:${native.replace('-node-gpu', '-gpu')}\n`,
  );
}
