import { namesIn } from './find-model-file.ts';
import type { ModelFiles } from './model-files.ts';
import { readConfig } from './read-config.ts';

/** A file of words or answers as it was read. */
export interface FoundVocabulary {
  /** Without its folder. */
  readonly name: string;
  readonly json: unknown;
}

const isNamed = /(?:vocab|answer|word|dictionary|dictionaries)[^/]*\.json$/i;

/** Larger files are data, not what a network numbers. */
const largest = 2 ** 24;

/** The files in the first of the folders that has any, by their names: `answers.json`, `vocabulary.json`, `answer2id_by_type.json`. */
export async function vocabularyFiles(disk: ModelFiles, folders: readonly string[]): Promise<readonly string[]> {
  for (const folder of folders) {
    const names = await namesIn(disk, folder).catch((): readonly string[] => []);
    // The vocabulary beside a tokenizer is of parts of words, and in the tokenizer itself.
    const isOfTokenizer = (name: string) => names.includes('tokenizer.json') && /^vocab\.json$/i.test(name);
    const files: string[] = [];
    for (const name of names) {
      if (!isNamed.test(name) || isOfTokenizer(name)) continue;
      const path = disk.join(folder, name);
      const found = await disk.find(path).catch(() => undefined);
      if (found?.kind === 'file' && found.size <= largest) files.push(path);
    }
    if (files.length > 0) return files;
  }
  return [];
}

/** Throws MODEL_CONFIG_*. */
export async function readVocabularies(
  disk: ModelFiles,
  files: readonly string[],
): Promise<readonly FoundVocabulary[]> {
  const read: FoundVocabulary[] = [];
  for (const file of files) read.push({ name: disk.basename(file), json: await readConfig(disk, file) });
  return read;
}
