import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest, errors, isJsonObject, UnderstoryError } from '@understory/core';
import type { ModelSource } from '@understory/core';
import { preprocessingFromConfig, unknownInConfig } from '@understory/imaging';
import type { Preprocessing } from '@understory/imaging';
import { otherThanFile } from '@understory/imaging/files';
import { listZoo, type ZooEntry } from './bundled.ts';
import { exportRecipe } from './export-recipes.ts';
import { findModelFiles } from './find-model-file.ts';
import { labelsFromConfig } from './labels-from-config.ts';
import { readConfig } from './read-config.ts';
import { zooErrors } from './errors.ts';

/** A model and what lies beside it; what is absent has to be given by hand or assumed. */
export interface ResolvedModel {
  /** The zoo's name, the folder's, or the file's without its ending. */
  readonly name: string;
  readonly kind: 'zoo' | 'folder' | 'file';
  readonly source: Extract<ModelSource, { kind: 'file' }>;
  /** The same model in other formats, where the folder holds it in several. */
  readonly otherSources?: readonly Extract<ModelSource, { kind: 'file' }>[];
  /** One a class, from `id2label` of `config.json`. */
  readonly labels?: readonly string[];
  /** From `preprocessor_config.json`. */
  readonly preprocessing?: Preprocessing;
  /** `config.json` as it was read, where it is an object. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What of `preprocessor_config.json` is not known and may mean other pictures, a sentence each. */
  readonly notes?: readonly string[];
  /** The path of the model's card. */
  readonly card?: string;
}

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
  if (bundled !== undefined) return { ...(await inFolder(bundled.folder)), kind: 'zoo', card: bundled.card };

  const path = spec.startsWith('file://') ? fileURLToPath(spec) : resolve(cwd, spec);
  const found = spec.trim() === '' ? undefined : await statOf(path);
  if (found === undefined)
    throw zooErrors.modelNotFound({ model: spec, suggestions: await suggestionsFor(spec, path, zoo) });
  if (found.isDirectory()) return inFolder(path);
  const recipe = exportRecipe(path);
  if (recipe !== undefined) throw zooErrors.needsExport({ model: spec, files: [], recipe });
  return besideFile(path);
}

async function inFolder(folder: string): Promise<ResolvedModel> {
  const [file, ...others] = await modelFilesOf(folder);
  await checkFile(join(folder, file));
  const card = join(folder, 'README.md');
  return {
    name: basename(folder),
    kind: 'folder',
    source: { kind: 'file', path: join(folder, file) },
    ...(others.length > 0 && {
      otherSources: others.map((other) => ({ kind: 'file' as const, path: join(folder, other) })),
    }),
    ...(await readConfigs([folder])),
    ...((await statOf(card))?.isFile() && { card }),
  };
}

async function modelFilesOf(folder: string) {
  try {
    return await findModelFiles(folder);
  } catch (cause) {
    if (cause instanceof UnderstoryError) throw cause;
    throw errors.modelNotReadable({ model: folder, reason: (cause as Error).message, cause });
  }
}

/** Throws MODEL_NOT_READABLE where a path leads to what is no file, which a backend would wait for or read without end. */
async function checkFile(path: string): Promise<void> {
  const found = await statOf(path);
  const other = found === undefined ? 'a link to nothing' : otherThanFile(found);
  if (other !== undefined) throw errors.modelNotReadable({ model: path, reason: `it is ${other}, not a file` });
}

async function besideFile(path: string): Promise<ResolvedModel> {
  await checkFile(path);
  const folder = dirname(path);
  const isInside = ['onnx', 'tfjs'].includes(basename(folder));
  return {
    name: basename(path, extname(path)),
    kind: 'file',
    source: { kind: 'file', path },
    ...(await readConfigs(isInside ? [folder, dirname(folder)] : [folder])),
  };
}

/** Reads each configuration from the first folder that has it. */
async function readConfigs(
  folders: readonly string[],
): Promise<Pick<ResolvedModel, 'labels' | 'preprocessing' | 'config' | 'notes'>> {
  const config = await firstConfig(folders, 'config.json');
  const labels = config && labelsFromConfig(config.json, config.file);
  const processor = await firstConfig(folders, 'preprocessor_config.json');
  const preprocessing = processor && preprocessingOf(processor.json, processor.file);
  const notes = processor === undefined ? [] : unknownInConfig(processor.json);
  return {
    ...(labels && { labels }),
    ...(preprocessing && { preprocessing }),
    ...(notes.length > 0 && { notes }),
    ...(isJsonObject(config?.json) && { config: config.json }),
  };
}

async function firstConfig(folders: readonly string[], name: string) {
  for (const folder of folders) {
    const file = join(folder, name);
    const json = await readConfig(file);
    if (json !== undefined) return { file, json };
  }
  return undefined;
}

function preprocessingOf(json: unknown, file: string): Preprocessing {
  try {
    return preprocessingFromConfig(json);
  } catch (cause) {
    if (cause instanceof UnderstoryError) throw zooErrors.preprocessorInvalid({ file, cause });
    throw cause;
  }
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw errors.modelNotReadable({ model: path, reason: message, cause });
  }
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
