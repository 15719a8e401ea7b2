import { UnderstoryError } from '@understory/core';

/** Every error of the studio, by what went wrong. */
export const studioErrors = {
  messageInvalid({ length, cause }: { length: number; cause: unknown }) {
    return new UnderstoryError({
      code: 'MESSAGE_INVALID',
      message: 'A message between the page and its engine cannot be read.',
      found: `${length} bytes`,
      expected: 'a message of the same version of Understory',
      next: 'Load the page again, so that page and engine are of one version.',
      cause,
    });
  },

  methodUnknown({ method, known }: { method: string; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'METHOD_UNKNOWN',
      message: `The engine has no method "${method}".`,
      found: `"${method}"`,
      expected: known.join(', '),
      next: 'Load the page again, so that page and engine are of one version.',
    });
  },

  engineLost({ reason }: { reason: string }) {
    return new UnderstoryError({
      code: 'ENGINE_LOST',
      message: 'The engine is gone.',
      found: reason,
      expected: 'an engine that answers',
      next: 'Load the page again; what was found stays in files that were kept.',
    });
  },

  fileNotKept({ path, known }: { path: string; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'FILE_NOT_FOUND',
      message: `There is no file "${path}".`,
      found: `"${path}"`,
      expected:
        known.length === 0 ? 'a file that was added' : `a file that was added, such as ${known.slice(0, 5).join(', ')}`,
      next: 'Drop the file into the page.',
    });
  },

  nothingToMeasure({ found }: { found: string }) {
    return new UnderstoryError({
      code: 'NOTHING_TO_MEASURE',
      message: 'No map was made that a curve could be drawn of.',
      found,
      expected: 'one explainer that applies to the model',
      next: 'Choose another explainer or another layer.',
    });
  },

  otherStudy({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'SPEC_INVALID',
      message: `This takes a study to ${expected}.`,
      ...{ found: `a study to ${found}`, expected: `a study to ${expected}` },
      next: 'Give a specification of that kind.',
    });
  },

  changeInvalid({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'CHANGE_INVALID',
      message: 'The change does not fit the picture that the network sees.',
      ...{ found, expected },
      next: 'Change the picture of the model that is open.',
    });
  },

  textNotRead({ task }: { task: string }) {
    return new UnderstoryError({
      code: 'TEXT_NOT_READ',
      message: 'The model reads no text.',
      found: `a model of the task ${task}`,
      expected: 'a model of pictures and captions or questions',
      next: 'Open a model that reads text.',
    });
  },

  fileNotOpened({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'FILE_NOT_OPENED',
      message: `"${path}" is neither a picture nor a model.`,
      found: `a file that ends in ${path.replace(/^.*(?=\.)/s, '').slice(0, 20)}`,
      expected: 'a picture (.png, .jpg, .webp), a model (.onnx, model.json), or a folder with a model',
      next: 'Drop such a file; networks of other formats are exported to ONNX first, as the guide on exports says.',
    });
  },
};
