import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong; `MODEL_NOT_FOUND` is core's. */
export const zooErrors = {
  folderWithoutModel({ folder, found }: { folder: string; found: readonly string[] }) {
    return new UnderstoryError({
      code: 'MODEL_FOLDER_EMPTY',
      message: `The folder "${folder}" holds no model.`,
      found: found.length === 0 ? 'an empty folder' : some(found),
      expected:
        'onnx/model.onnx, model.onnx, a single .onnx file in the folder or in onnx/, tfjs/model.json or model.json',
      next: 'Name the model file itself, or put it into the folder under one of these names.',
    });
  },

  severalModels({ folder, models }: { folder: string; models: readonly string[] }) {
    return new UnderstoryError({
      code: 'MODEL_FOLDER_AMBIGUOUS',
      message: `The folder "${folder}" holds more than one model.`,
      found: some(models),
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
      next: 'Check its permissions, or move it away from the model.',
      cause,
    });
  },

  configNotJson({ file, line, column, found, cause }: ConfigPosition & { found: string; cause: unknown }) {
    return new UnderstoryError({
      code: 'MODEL_CONFIG_NOT_JSON',
      message: `"${file}" is not JSON: line ${line}, column ${column}.`,
      found,
      expected: 'JSON',
      next: 'Mend the file at that place, or download it again.',
      cause,
    });
  },

  configInvalid({ file, key, found, expected }: { file: string; key: string; found: string; expected: string }) {
    return new UnderstoryError({
      code: 'MODEL_CONFIG_INVALID',
      message: `"${file}" is not valid${key === '' ? '' : ` at "${key}"`}.`,
      found,
      expected,
      next: 'Mend the file, or download it again.',
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
} as const;

interface ConfigPosition {
  readonly file: string;
  /** Counted from 1, as with `column`. */
  readonly line: number;
  readonly column: number;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
