import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest } from '@understory/core';
import { listZoo, type ZooEntry } from './bundled.ts';
import { diskFiles } from './disk-files.ts';
import { zooErrors } from './errors.ts';
import { modelAt, type ResolvedModel } from './model-places.ts';

export interface ResolveOptions {
  /** Where relative paths start; the process's own folder where absent. */
  readonly cwd?: string;
}

/**
 * The model that a person names: a bundled one by name, a model folder or a model file by path or file:// URL.
 * A bundled model wins over a folder of the same name, which `./name` reaches.
 * Throws MODEL_NOT_FOUND, MODEL_FOLDER_EMPTY, MODEL_FOLDER_AMBIGUOUS, MODEL_NEEDS_EXPORT, MODEL_NOT_READABLE, MODEL_CONFIG_* or PREPROCESSING_INVALID.
 */
export async function resolveModel(spec: string, { cwd = '.' }: ResolveOptions = {}): Promise<ResolvedModel> {
  const zoo = await listZoo();
  const bundled = zoo.find(({ name }) => name === spec);
  if (bundled !== undefined) {
    const model = await modelAt(diskFiles, bundled.folder);
    if (model !== undefined) return { ...model, kind: 'zoo', card: bundled.card };
  }

  const path = spec.startsWith('file://') ? fileURLToPath(spec) : resolve(cwd, spec);
  const found = spec.trim() === '' ? undefined : await modelAt(diskFiles, path, spec);
  if (found !== undefined) return found;
  throw zooErrors.modelNotFound({ model: spec, suggestions: await suggestionsFor(spec, path, zoo) });
}

/** Bundled names that come close, or all of them where nothing does; for a path what lies in its folder. */
async function suggestionsFor(spec: string, path: string, zoo: readonly ZooEntry[]): Promise<readonly string[]> {
  const names = zoo.map(({ name }) => name);
  const near = closest(spec, names);
  if (near.length > 0) return near;
  const isPath = /[/\\]|\.(onnx|json)$/i.test(spec);
  const beside = isPath ? closest(basename(path), await readdir(dirname(path)).catch(() => [])) : [];
  return isPath ? beside.map((name) => join(dirname(spec), name)) : names;
}
