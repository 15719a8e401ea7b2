import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { StudySpec } from '@understory/studies';
import { resolveModel } from '@understory/zoo';

/** Bytes of a thread with the plugins and a small network, as `bench/run.mjs executors` measures it with room to spare. */
const base = 200 * 2 ** 20;

/** How often the weights are in memory: in the session that answers, in the one that differentiates, and as much again while they are opened and run. */
const copies = 4;

/** Bytes that a worker takes for a study, estimated from its model files; what runs in a batch comes on top and depends on its size. */
export async function workerMemory(spec: StudySpec, cwd: string): Promise<number> {
  const names = [spec.model];
  if (spec.study === 'attack' && spec.transfer !== undefined) names.push(spec.transfer);
  if (spec.study === 'compare') names.push(typeof spec.other === 'string' ? spec.other : spec.other.model);
  const sizes = await Promise.all(
    names.map(async (name) => {
      const { source, text } = await resolveModel(name, { cwd });
      return (await sizeOf(source.path)) + (text?.source === undefined ? 0 : await sizeOf(text.source.path));
    }),
  );
  return base + copies * sizes.reduce((sum, size) => sum + size, 0);
}

/** Of a model with its weights: they lie beside it, under its name in ONNX, and as `.bin` beside a `model.json`. */
async function sizeOf(path: string): Promise<number> {
  const folder = dirname(path);
  const own = basename(path);
  const isPart = (name: string) => name.startsWith(own) || (own.endsWith('.json') && name.endsWith('.bin'));
  const parts = (await readdir(folder)).filter(isPart);
  const sizes = await Promise.all(parts.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
