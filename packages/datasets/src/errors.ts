import { someOf, UnderstoryError } from '@understory/core';

/** Every error of this package that a user can meet, by what went wrong. */
export const datasetErrors = {
  specInvalid({ spec }: { spec: string }) {
    return new UnderstoryError({
      code: 'DATASET_SPEC_INVALID',
      message: `"${spec}" does not name a data set.`,
      found: 'no path',
      expected: 'FORMAT:PATH, such as cifar10:data/cifar10, or a path',
      next: 'Give the path of the data set.',
    });
  },

  formatUnknown({
    format,
    formats,
    suggestions,
  }: {
    format: string;
    formats: readonly string[];
    suggestions: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'DATASET_FORMAT_UNKNOWN',
      message: `There is no data set format "${format}".`,
      found: `"${format}"`,
      expected: formats.join(', '),
      next: `${didYouMean(suggestions)}Write ./${format}:... if this is a path.`,
    });
  },

  formatNotRecognised({ path, found }: { path: string; found: readonly string[] }) {
    return new UnderstoryError({
      code: 'DATASET_FORMAT_UNKNOWN',
      message: `"${path}" is not a data set of a known format.`,
      found: someOf(found) || 'an empty folder',
      expected:
        'class folders with pictures, labels.csv, *.parquet, test_batch.bin (CIFAR-10), or annotations/ and images/ (Oxford-IIIT Pet)',
      next: 'Give the folder with these files, prefixed by its format: folder:, parquet:, cifar10: or oxford-pets:.',
    });
  },

  notFound({ path, expected = 'a folder or a file' }: { path: string; expected?: string }) {
    return new UnderstoryError({
      code: 'DATASET_NOT_FOUND',
      message: `There is no data set at "${path}".`,
      found: 'nothing there',
      expected,
      next: 'Check the path.',
    });
  },

  notReadable({ path, reason, cause }: { path: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'DATASET_NOT_READABLE',
      message: `"${path}" cannot be read.`,
      found: reason,
      expected: 'a complete, readable file',
      next: 'Check its permissions, or download it again.',
      cause,
    });
  },

  filesMissing({ folder, missing }: { folder: string; missing: readonly string[] }) {
    return new UnderstoryError({
      code: 'DATASET_FILES_MISSING',
      message: `The data set in "${folder}" is incomplete.`,
      found: `no ${someOf(missing)}`,
      expected: 'every file of the split, because rows are numbered across all of them',
      next: 'Download the missing files.',
    });
  },

  empty({ path, lookedFor }: { path: string; lookedFor: string }) {
    return new UnderstoryError({
      code: 'DATASET_EMPTY',
      message: `The data set "${path}" is empty.`,
      found: 'no items',
      expected: lookedFor,
      next: 'Check the path and what was downloaded.',
    });
  },

  offsetBeyondEnd({ name, offset, size }: { name: string; offset: number; size: number }) {
    return new UnderstoryError({
      code: 'DATASET_EMPTY',
      message: `The offset skips all items of the data set ${name}.`,
      found: `an offset of ${offset}`,
      expected: `less than ${size}, the number of items`,
      next: 'Lower the offset.',
    });
  },

  labelsMissing({ path, lookedFor, found }: { path: string; lookedFor: readonly string[]; found: readonly string[] }) {
    return new UnderstoryError({
      code: 'DATASET_LABELS_MISSING',
      message: `The data set "${path}" has no labels.`,
      found: someOf(found) || 'an empty folder',
      expected: lookedFor.join(', or '),
      next: 'Put the label file there, or name the folder that holds it.',
    });
  },

  labelsInvalid({
    file,
    line,
    place,
    found,
    expected,
    cause,
  }: {
    file: string;
    line?: number;
    /** Where in a file that does not go by lines, such as `entry 3`. */
    place?: string;
    found: string;
    expected: string;
    cause?: unknown;
  }) {
    return new UnderstoryError({
      code: 'DATASET_LABELS_INVALID',
      message: `"${file}" is not valid${line === undefined ? (place === undefined ? '' : ` at ${place}`) : ` at line ${line}`}.`,
      found,
      expected,
      next: 'Correct the file, or download it again.',
      cause,
    });
  },

  imagesMissing({ path, lookedFor, found }: { path: string; lookedFor: readonly string[]; found: readonly string[] }) {
    const archive = found.find((name) => /\.(zip|tar|tgz|tar\.gz)$/i.test(name));
    return new UnderstoryError({
      code: 'DATASET_IMAGES_MISSING',
      message: `The data set "${path}" has captions and no images.`,
      found: someOf(found) || 'an empty folder',
      expected: `images in ${lookedFor.map((folder) => `${folder}/`).join(' or ')}`,
      next:
        archive === undefined
          ? 'Download the images that the captions belong to into this folder, or link it there.'
          : `Unpack ${archive} there.`,
    });
  },

  splitMissing({
    path,
    split,
    splits,
    lookedFor,
  }: {
    path: string;
    split: string | undefined;
    splits: readonly string[];
    lookedFor: string;
  }) {
    return new UnderstoryError({
      code: 'DATASET_SPLIT_MISSING',
      message:
        split === undefined
          ? `The data set "${path}" has several splits, and none is selected.`
          : `The data set "${path}" has no split "${split}".`,
      found: splits.length === 0 ? 'no splits' : `splits: ${splits.join(', ')}`,
      expected: lookedFor,
      next: splits.length === 0 ? 'Leave the split out, or check the path.' : `Choose one: ${splits.join(', ')}.`,
    });
  },

  ambiguous({ path, candidates, what }: { path: string; candidates: readonly string[]; what: string }) {
    return new UnderstoryError({
      code: 'DATASET_AMBIGUOUS',
      message: `"${path}" holds more than one ${what}.`,
      found: someOf(candidates),
      expected: `one ${what}`,
      next: `Give the path of one of them, or keep only one.`,
    });
  },

  columnMissing({ path, columns }: { path: string; columns: readonly string[] }) {
    return new UnderstoryError({
      code: 'DATASET_COLUMN_MISSING',
      message: `"${path}" has no column of images.`,
      found: `columns: ${columns.join(', ')}`,
      expected: 'a column "image" or "img" with the bytes of image files, as Hugging Face writes it',
      next: 'Rename the image column.',
    });
  },

  optionInvalid({ option, found, expected }: { option: string; found: string; expected: string }) {
    return new UnderstoryError({
      code: 'DATASET_OPTION_INVALID',
      message: `The option "${option}" of a data set is not valid.`,
      found,
      expected,
      next: `Correct "${option}".`,
    });
  },

  optionUnknown({
    option,
    options,
    suggestions,
  }: {
    option: string;
    options: readonly string[];
    suggestions: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'DATASET_OPTION_UNKNOWN',
      message: `A data set has no option "${option}".`,
      found: `"${option}"`,
      expected: options.join(', '),
      next: `${didYouMean(suggestions)}Give options as name=value, with commas between them.`,
    });
  },

  idsUnknown({ name, ids, example }: { name: string; ids: readonly string[]; example: string | undefined }) {
    return new UnderstoryError({
      code: 'DATASET_ID_UNKNOWN',
      message: `The data set ${name} has no item ${ids.length === 1 ? 'with this id' : 'with these ids'}.`,
      found: ids.length === 0 ? 'an empty list of ids' : someOf(ids.map((id) => `"${id}"`)),
      expected: example === undefined ? 'ids of its items' : `ids of its items, such as "${example}"`,
      next: 'Check the split and the spelling; ids are case-sensitive.',
    });
  },

  imageNotReadable({ id, reason, cause }: { id: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'DATASET_IMAGE_NOT_READABLE',
      message: `The image ${id} cannot be read.`,
      found: reason,
      expected: 'the bytes of an image file',
      next: 'Check or download it again, or exclude the item.',
      cause,
    });
  },

  classesUnknown({
    name,
    lookedFor,
    modelLabels,
    suggestions,
  }: {
    name: string;
    lookedFor: readonly string[];
    modelLabels: readonly string[] | undefined;
    suggestions: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'DATASET_CLASS_UNKNOWN',
      message: `The model lacks ${lookedFor.length === 1 ? 'a class' : `${lookedFor.length} classes`} of the data set ${name}.`,
      found: `looked for ${someOf(lookedFor)}`,
      expected:
        modelLabels === undefined
          ? 'labels of the model, or class indices as labels of the data set'
          : `labels of the model: ${someOf(modelLabels)}`,
      next:
        modelLabels === undefined
          ? 'Give the labels of the model, in the order of its outputs.'
          : `${didYouMean(suggestions)}Use a model of these classes, or rename the classes of the data set.`,
    });
  },

  classAmbiguous({ name, label, candidates }: { name: string; label: string; candidates: readonly string[] }) {
    return new UnderstoryError({
      code: 'DATASET_CLASS_AMBIGUOUS',
      message: `The class "${label}" of the data set ${name} matches more than one class of the model.`,
      found: candidates.join('; '),
      expected: 'a name that matches exactly one class',
      next: 'Label the data set with class indices.',
    });
  },

  classIndexOutOfRange({ name, label, classCount }: { name: string; label: string; classCount: number }) {
    return new UnderstoryError({
      code: 'DATASET_CLASS_UNKNOWN',
      message: `The model has no class ${label}, which the data set ${name} is labelled with.`,
      found: label,
      expected: `a whole number from 0 to ${classCount - 1}, or a label of the model`,
      next: 'Use a model of these classes; classes are counted from 0.',
    });
  },
};

/** What a system error means, without the path that it repeats; errors of other realms and libraries are known by their fields. */
export function reasonOf(error: unknown): string {
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read it';
    case 'EISDIR':
      return 'a folder';
    case 'ELOOP':
      return 'a link that leads back to itself';
    default:
      return String(message ?? error).split('\n')[0]!;
  }
}

function didYouMean(suggestions: readonly string[]): string {
  return suggestions.length === 0 ? '' : `Did you mean ${suggestions.map((name) => `"${name}"`).join(' or ')}? `;
}
