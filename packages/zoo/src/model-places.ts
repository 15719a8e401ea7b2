import { errors, isJsonObject, messageOf, UnderstoryError } from '@understory/core';
import type { ModelSource } from '@understory/core';
import type { Preprocessing } from '@understory/imaging';
import { findModelFiles } from './find-model-file.ts';
import { labelsFromConfig } from './labels-from-config.ts';
import type { FoundEntry, ModelFiles } from './model-files.ts';
import { picturesFrom } from './pictures-from.ts';
import { firstConfig } from './read-config.ts';
import { readTokenizer, type FoundTokenizer } from './read-tokenizer.ts';
import { readVocabularies, vocabularyFiles, type FoundVocabulary } from './read-vocabularies.ts';
import { exportRecipe } from './export-recipes.ts';
import { zooErrors } from './errors.ts';
import { towersBeside, towersIn, towersOf, type Towers } from './towers.ts';

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

/**
 * The model at a path, which is a model folder or a model file, and undefined where there is nothing; errors call it `spec`.
 * Throws MODEL_FOLDER_EMPTY, MODEL_FOLDER_AMBIGUOUS, MODEL_NEEDS_EXPORT, MODEL_NOT_READABLE, MODEL_CONFIG_* or PREPROCESSING_INVALID.
 */
export async function modelAt(disk: ModelFiles, path: string, spec = path): Promise<ResolvedModel | undefined> {
  const found = await statOf(disk, path);
  if (found === undefined) return undefined;
  if (found.kind === 'folder') return inFolder(disk, path);
  const recipe = exportRecipe(path);
  if (recipe !== undefined) throw zooErrors.needsExport({ model: spec, files: [], recipe });
  return besideFile(disk, path);
}

async function inFolder(disk: ModelFiles, folder: string): Promise<ResolvedModel> {
  const towers = (await towersIn(disk, folder)) ?? (await towersBeside(disk, folder));
  const own = towers === undefined ? await modelFilesOf(disk, folder) : undefined;
  const image = towers?.image ?? (own!.map((name) => disk.join(folder, name)) as [string, ...string[]]);
  const root = towers === undefined || image[0].startsWith(disk.join(folder, '/')) ? folder : folderOf(disk, image[0]);
  for (const file of towers?.text ?? []) await checkFile(disk, file);
  await checkFile(disk, image[0]);
  const card = disk.join(root, 'README.md');
  return {
    name: disk.basename(root),
    kind: 'folder',
    ...sourcesOf(image),
    ...(await besideModel(disk, root, image, towers)),
    ...((await statOf(disk, card))?.kind === 'file' && { card }),
  };
}

/** The folder of a model, whose file may lie in one for its format. */
function folderOf(disk: ModelFiles, file: string): string {
  const folder = disk.dirname(file);
  return ['onnx', 'tfjs'].includes(disk.basename(folder)) ? disk.dirname(folder) : folder;
}

function sourcesOf([first, ...others]: readonly [string, ...string[]]) {
  const source = (path: string) => ({ kind: 'file' as const, path });
  return { source: source(first), ...(others.length > 0 && { otherSources: others.map(source) }) };
}

/** Configurations, from the folder of the file up to `root`; those of text from the text tower's own first. */
async function besideModel(
  disk: ModelFiles,
  root: string,
  [file]: readonly [string, ...string[]],
  towers: Towers | undefined,
) {
  const folders = upwards(disk, disk.dirname(file), root);
  const text = towers === undefined ? [] : upwards(disk, disk.dirname(towers.text[0]), root);
  const found = await readConfigs(disk, folders);
  const places = [...new Set([...text, ...folders])];
  const files = await vocabularyFiles(disk, places);
  if (towers === undefined && files.length === 0 && !(await hasTokenizer(disk, places))) return found;
  const tokenizer = () => readTokenizer(disk, places, found.config);
  const vocabularies = () => readVocabularies(disk, files);
  return { ...found, text: { ...(towers && sourcesOf(towers.text)), tokenizer, vocabularies } };
}

async function hasTokenizer(disk: ModelFiles, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) if (await statOf(disk, disk.join(folder, 'tokenizer.json'))) return true;
  return false;
}

/** A folder and those above it up to `root`, where it lies within; otherwise itself and, where it is for a format, the one above. */
function upwards(disk: ModelFiles, folder: string, root: string): readonly string[] {
  if (folder !== root && !folder.startsWith(disk.join(root, '/'))) {
    return [...new Set([folder, ['onnx', 'tfjs'].includes(disk.basename(folder)) ? disk.dirname(folder) : folder])];
  }
  const folders = [folder];
  for (let at = folder; at !== root;) {
    at = disk.dirname(at);
    folders.push(at);
  }
  return folders;
}

async function modelFilesOf(disk: ModelFiles, folder: string) {
  try {
    return await findModelFiles(disk, folder);
  } catch (cause) {
    if (cause instanceof UnderstoryError) throw cause;
    throw errors.modelNotReadable({ model: folder, reason: (cause as Error).message, cause });
  }
}

/** Throws MODEL_NOT_READABLE where a path leads to what is no file, which a backend would wait for or read without end. */
async function checkFile(disk: ModelFiles, path: string): Promise<void> {
  const found = await statOf(disk, path);
  const other = found === undefined ? 'a link to nothing' : found.words;
  if (other !== undefined) throw errors.modelNotReadable({ model: path, reason: `it is ${other}, not a file` });
}

async function besideFile(disk: ModelFiles, path: string): Promise<ResolvedModel> {
  await checkFile(disk, path);
  const towers = await towersOf(disk, path);
  const image = towers?.image ?? [path];
  if (towers !== undefined) for (const file of [image[0], towers.text[0]]) await checkFile(disk, file);
  const folder = disk.dirname(image[0]);
  const isInside = ['onnx', 'tfjs', 'visual'].includes(disk.basename(folder));
  return {
    name: disk.basename(image[0], disk.extname(image[0])),
    kind: 'file',
    ...sourcesOf(image),
    ...(await besideModel(disk, isInside ? disk.dirname(folder) : folder, image, towers)),
  };
}

/** Reads each configuration from the first folder that has it. */
async function readConfigs(
  disk: ModelFiles,
  folders: readonly string[],
): Promise<Pick<ResolvedModel, 'labels' | 'preprocessing' | 'config' | 'notes'>> {
  const config = await firstConfig(disk, folders, 'config.json');
  const labels = config && labelsFromConfig(config.json, config.file);
  const openClip = await firstConfig(disk, folders, 'open_clip_config.json');
  const { preprocessing, notes } = await picturesFrom(disk, folders, openClip);
  const known = [config?.json, openClip?.json].find(isJsonObject);
  return {
    ...(labels && { labels }),
    ...(preprocessing && { preprocessing }),
    ...(notes.length > 0 && { notes }),
    ...(known && { config: known }),
  };
}

async function statOf(disk: ModelFiles, path: string): Promise<FoundEntry | undefined> {
  try {
    return await disk.find(path);
  } catch (cause) {
    throw errors.modelNotReadable({ model: path, reason: messageOf(cause), cause });
  }
}
