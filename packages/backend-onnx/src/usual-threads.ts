import { errors } from './errors.ts';

const variable = 'UNDERSTORY_THREADS';

/** Threads within one operator where nobody says how many: what the environment has, else undefined, for one a core. Throws ONNX_THREADS_INVALID. */
export function usualThreads(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const text = env[variable];
  if (text === undefined || text === '') return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw errors.threadsInvalid({ variable, found: text });
  return Number(text);
}
