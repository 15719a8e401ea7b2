import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest, errors, isJsonObject, UnderstoryError } from '@understory/core';
import type { ModelSource } from '@understory/core';
import type { Preprocessing } from '@understory/imaging';
import { otherThanFile } from '@understory/imaging/files';
import { listZoo, type ZooEntry } from './bundled.ts';
import { exportRecipe } from './export-recipes.ts';
import { findModelFiles } from './find-model-file.ts';
import { labelsFromConfig } from './labels-from-config.ts';
import { picturesFrom } from './pictures-from.ts';
import { firstConfig } from './read-config.ts';
import { readTokenizer, type FoundTokenizer } from './read-tokenizer.ts';
import { readVocabularies, vocabularyFiles, type FoundVocabulary } from './read-vocabularies.ts';
import { towersBeside, towersIn, towersOf, type Towers } from './towers.ts';
import { zooErrors } from './errors.ts';

/** A model and what lies beside it; what is absent has to be given by hand or assumed. */
export interface ResolvedModel {
  /** The zoo's name, the folder's, or the file's without its ending. */
  readonly name: string;
  readonly kind: 'zoo' | 'folder' | 'file';
  readonly source: Extract<ModelSource, { kind: 'file' }>;
  /** The same model in other formats, where the folder holds it in several. */
  readonly otherSources?: readonly Extract<ModelSource, { kind: 'file' }>[];
  /** Of a model of pictures and text, whose text tower may be a file of its own. */
  readonly text?: ResolvedText;
  /** One a class, from `id2label` of `config.json`. */
  readonly labels?: readonly string[];
  /** From `preprocessor_config.json`, or from what open_clip writes. */
  readonly preprocessing?: Preprocessing;
  /** `config.json`, or `open_clip_config.json`, as it was read, where it is an object. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What of `preprocessor_config.json` is not known and may mean other pictures, a sentence each. */
  readonly notes?: readonly string[];
  /** The path of the model's card. */
  readonly card?: string;
}

/** What reads the text of a model of pictures and text. */
interface ResolvedText {
  /** The text tower; absent where the text goes into the model itself. */
  readonly source?: Extract<ModelSource, { kind: 'file' }>;
  /** The same tower in other formats. */
  readonly otherSources?: readonly Extract<ModelSource, { kind: 'file' }>[];
  /** Reads the tokenizer, which is large; undefined where there is none. Throws MODEL_CONFIG_*. */
  tokenizer(): Promise<FoundTokenizer | undefined>;
  /** Reads files of words and answers that the network numbers. Throws MODEL_CONFIG_*. */
  vocabularies(): Promise<readonly FoundVocabulary[]>;
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
  const towers = (await towersIn(folder)) ?? (await towersBeside(folder));
  const own = towers === undefined ? await modelFilesOf(folder) : undefined;
  const image = towers?.image ?? (own!.map((name) => join(folder, name)) as [string, ...string[]]);
  const root = towers === undefined || image[0].startsWith(join(folder, '/')) ? folder : folderOf(image[0]);
  for (const file of towers?.text ?? []) await checkFile(file);
  await checkFile(image[0]);
  const card = join(root, 'README.md');
  return {
    name: basename(root),
    kind: 'folder',
    ...sourcesOf(image),
    ...(await besideModel(root, image, towers)),
    ...((await statOf(card))?.isFile() && { card }),
  };
}

/** The folder of a model, whose file may lie in one for its format. */
function folderOf(file: string): string {
  const folder = dirname(file);
  return ['onnx', 'tfjs'].includes(basename(folder)) ? dirname(folder) : folder;
}

function sourcesOf([first, ...others]: readonly [string, ...string[]]) {
  const source = (path: string) => ({ kind: 'file' as const, path });
  return { source: source(first), ...(others.length > 0 && { otherSources: others.map(source) }) };
}

/** Configurations, from the folder of the file up to `root`; those of text from the text tower's own first. */
async function besideModel(root: string, [file]: readonly [string, ...string[]], towers: Towers | undefined) {
  const folders = upwards(dirname(file), root);
  const text = towers === undefined ? [] : upwards(dirname(towers.text[0]), root);
  const found = await readConfigs(folders);
  const places = [...new Set([...text, ...folders])];
  const files = await vocabularyFiles(places);
  if (towers === undefined && files.length === 0 && !(await hasTokenizer(places))) return found;
  const tokenizer = () => readTokenizer(places, found.config);
  const vocabularies = () => readVocabularies(files);
  return { ...found, text: { ...(towers && sourcesOf(towers.text)), tokenizer, vocabularies } };
}

async function hasTokenizer(folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) if (await statOf(join(folder, 'tokenizer.json'))) return true;
  return false;
}

/** A folder and those above it up to `root`, where it lies within; otherwise itself and, where it is for a format, the one above. */
function upwards(folder: string, root: string): readonly string[] {
  if (folder !== root && !folder.startsWith(join(root, '/'))) {
    return [...new Set([folder, ['onnx', 'tfjs'].includes(basename(folder)) ? dirname(folder) : folder])];
  }
  const folders = [folder];
  for (let at = folder; at !== root;) {
    at = dirname(at);
    folders.push(at);
  }
  return folders;
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
  const towers = await towersOf(path);
  const image = towers?.image ?? [path];
  if (towers !== undefined) for (const file of [image[0], towers.text[0]]) await checkFile(file);
  const folder = dirname(image[0]);
  const isInside = ['onnx', 'tfjs', 'visual'].includes(basename(folder));
  return {
    name: basename(image[0], extname(image[0])),
    kind: 'file',
    ...sourcesOf(image),
    ...(await besideModel(isInside ? dirname(folder) : folder, image, towers)),
  };
}

/** Reads each configuration from the first folder that has it. */
async function readConfigs(
  folders: readonly string[],
): Promise<Pick<ResolvedModel, 'labels' | 'preprocessing' | 'config' | 'notes'>> {
  const config = await firstConfig(folders, 'config.json');
  const labels = config && labelsFromConfig(config.json, config.file);
  const openClip = await firstConfig(folders, 'open_clip_config.json');
  const { preprocessing, notes } = await picturesFrom(folders, openClip);
  const known = [config?.json, openClip?.json].find(isJsonObject);
  return {
    ...(labels && { labels }),
    ...(preprocessing && { preprocessing }),
    ...(notes.length > 0 && { notes }),
    ...(known && { config: known }),
  };
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
