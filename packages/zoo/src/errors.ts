import { didYouMean, someOf, UnderstoryError } from '@understory/core';
import type { ExportRecipe } from './export-recipes.ts';

/** Every error of this package, by what went wrong. */
export const zooErrors = {
  folderWithoutModel({ folder, found }: { folder: string; found: readonly string[] }) {
    return new UnderstoryError({
      code: 'MODEL_FOLDER_EMPTY',
      message: `The folder "${folder}" has no model.`,
      found: found.length === 0 ? 'an empty folder' : someOf(found),
      expected:
        'onnx/model.onnx, model.onnx, a single .onnx file in the folder or in onnx/, tfjs/model.json or model.json',
      next: 'Name the model file itself, or put it into the folder under one of these names.',
    });
  },

  severalModels({ folder, models }: { folder: string; models: readonly string[] }) {
    return new UnderstoryError({
      code: 'MODEL_FOLDER_AMBIGUOUS',
      message: `The folder "${folder}" holds more than one model.`,
      found: someOf(models),
      expected: 'one .onnx file, or one that is called model.onnx',
      next: `Name the file, such as "${folder}/${models[0]}".`,
    });
  },

  configNotReadable({ file, reason, cause }: { file: string; reason: string; cause: unknown }) {
    return new UnderstoryError({
      code: 'MODEL_CONFIG_NOT_READABLE',
      message: `"${file}" cannot be read.`,
      found: reason,
      expected: 'a JSON file',
      next: 'Check its permissions, or move it out of the model folder.',
      cause,
    });
  },

  configNotJson({ file, line, column, found, cause }: ConfigPosition & { found: string; cause: unknown }) {
    return new UnderstoryError({
      code: 'MODEL_CONFIG_NOT_JSON',
      message: `"${file}" is not JSON: line ${line}, column ${column}.`,
      found,
      expected: 'JSON',
      next: 'Correct the file at that position, or download it again.',
      cause,
    });
  },

  configInvalid({ file, key, found, expected }: { file: string; key: string; found: string; expected: string }) {
    return new UnderstoryError({
      code: 'MODEL_CONFIG_INVALID',
      message: `"${file}" is not valid${key === '' ? '' : ` at "${key}"`}.`,
      found,
      expected,
      next: 'Correct the file, or download it again.',
    });
  },

  configTooDeep({ file, most }: { file: string; most: number }) {
    return new UnderstoryError({
      code: 'MODEL_CONFIG_INVALID',
      message: `"${file}" is nested too deeply.`,
      found: `more than ${most} levels of nesting`,
      expected: `at most ${most}`,
      next: 'This is not a model configuration: move it, or download it again.',
    });
  },

  needsExport({ model, files, recipe }: { model: string; files: readonly string[]; recipe: ExportRecipe }) {
    return new UnderstoryError({
      code: 'MODEL_NEEDS_EXPORT',
      message: `"${model}" is a model in an unsupported format.`,
      found: files.length === 0 ? recipe.format : `${someOf(files)}: ${recipe.format}`,
      expected: 'an .onnx file, or model.json of TensorFlow.js',
      next: `${recipe.command} docs/how-to/export.md has the full instructions.`,
    });
  },

  preprocessorInvalid({ file, cause }: { file: string; cause: UnderstoryError }) {
    return new UnderstoryError({
      code: cause.code,
      message: `"${file}": ${cause.message}`,
      found: cause.found,
      expected: cause.expected,
      next: cause.next,
      cause,
    });
  },

  modelNotFound({ model, suggestions }: { model: string; suggestions: readonly string[] }) {
    return new UnderstoryError({
      code: 'MODEL_NOT_FOUND',
      message: `There is no model "${model}".`,
      found: `"${model}" is neither a bundled model nor a file or folder`,
      expected: 'the name of a bundled model, a model folder or a model file',
      next: didYouMean(suggestions, 'Check the path.'),
    });
  },
} as const;

interface ConfigPosition {
  readonly file: string;
  /** Counted from 1, as with `column`. */
  readonly line: number;
  readonly column: number;
}
