import { datasetErrors } from './errors.ts';

const aliases: readonly (readonly string[])[] = [
  ['train', 'training', 'trainval'],
  ['validation', 'valid', 'val'],
  ['test', 'testing'],
];

export interface SplitQuestion {
  readonly path: string;
  readonly splits: readonly string[];
  readonly asked: string | undefined;
  /** Where the splits come from, for the error. */
  readonly lookedFor: string;
}

/**
 * The split that is meant: the one asked for, or its other name (`val` for `validation`); where none is asked for, test, then
 * validation, then the only one. Throws DATASET_SPLIT_MISSING.
 */
export function chooseSplit({ path, splits, asked, lookedFor }: SplitQuestion): string {
  const find = (name: string) =>
    splits.find((split) => split === name) ??
    splits.find((split) => aliases.some((names) => names.includes(name) && names.includes(split)));
  const [only] = splits;
  const found =
    asked === undefined
      ? (find('test') ?? find('validation') ?? (splits.length === 1 ? only : undefined))
      : find(asked);
  if (found === undefined) throw datasetErrors.splitMissing({ path, split: asked, splits, lookedFor });
  return found;
}

/** Whether a folder of this name is a split and not a class. */
export function isSplitName(name: string): boolean {
  return aliases.some((names) => names.includes(name.toLowerCase()));
}
