import { UnderstoryError } from '@understory/core';

const seeHelp = (command: string) => `Run: ${command} --help`;

/** Every error of the command line itself, by what went wrong. */
export const cliErrors = {
  usage({ message, suggestion, command }: { message: string; suggestion?: string | undefined; command: string }) {
    return new UnderstoryError({
      code: 'USAGE',
      message,
      found: message.match(/'([^']*)'/)?.[1] ?? 'the command as it was given',
      expected: 'a command and options as the help lists them',
      next: suggestion === undefined ? seeHelp(command) : `${suggestion} ${seeHelp(command)}`,
    });
  },

  unknownOutput({
    output,
    outputs,
    suggestions,
    cause,
  }: {
    output: string;
    outputs: readonly string[];
    suggestions: readonly string[];
    cause: unknown;
  }) {
    const [suggestion] = suggestions;
    return new UnderstoryError({
      code: 'UNKNOWN_OUTPUT',
      message: `The model has no output "${output}" for an objective.`,
      found: `"${output}"`,
      expected: `an output (${outputs.join(', ')}), or a layer by its tensor or module`,
      next: suggestion === undefined ? `Write the objective as score:${outputs[0]}.` : `Did you mean "${suggestion}"?`,
      cause,
    });
  },

  /** `resumes`: the same command goes on where this one stopped; `isBegun`: there are results of images that are not done. */
  interrupted({
    done,
    asked,
    resumes = false,
    isBegun = false,
  }: {
    done: number;
    asked: number | undefined;
    resumes?: boolean;
    isBegun?: boolean;
  }) {
    const rest = resumes
      ? 'Results so far are kept; run the same command again to resume.'
      : 'Results so far are written; run the command again for the rest.';
    return new UnderstoryError({
      code: 'INTERRUPTED',
      message: 'Interrupted.',
      found: asked === undefined ? 'a termination signal before any result' : `${done} of ${asked} images done`,
      expected: 'a run to completion',
      next: done === 0 && !isBegun ? 'Run the command again.' : rest,
    });
  },

  neverSettled() {
    return new UnderstoryError({
      code: 'NEVER_SETTLED',
      message: 'The command ended early: its event loop is empty and a promise is still pending.',
      found: 'a promise of a plugin or a library that never settles, or a call of process.exit',
      expected: 'every promise to resolve or reject',
      next: 'Remove plugins one at a time to find the cause, and report it to its author.',
    });
  },

  rejectionUnhandled({ reason, cause }: { reason: string; cause: unknown }) {
    return new UnderstoryError({
      code: 'REJECTION_UNHANDLED',
      message: 'A promise was rejected that nothing waited for, so that something may be missing.',
      found: reason,
      expected: 'every promise that a plugin makes to be awaited, or its rejection to be handled',
      next: 'Tell the author of the plugin that is named above, or leave plugins out one at a time to find it.',
      cause,
    });
  },

  outOfMemory({ limit, cause }: { limit: number; cause: unknown }) {
    return new UnderstoryError({
      code: 'OUT_OF_MEMORY',
      message: 'The command ran out of memory.',
      found: `a heap at its limit of ${limit} MiB`,
      expected: 'a command that fits into the heap',
      next: `Use fewer images or a smaller --batch, or set NODE_OPTIONS=--max-old-space-size=${2 * limit}.`,
      cause,
    });
  },

  streamNotWritable({ stream, reason, cause }: { stream: string; reason: string; cause: unknown }) {
    return new UnderstoryError({
      code: 'OUTPUT_NOT_WRITABLE',
      message: `Nothing more can be written to ${stream}.`,
      found: reason,
      expected: 'a terminal, a pipe or a file with room',
      next: 'Make room, or send the output elsewhere.',
      cause,
    });
  },

  imagesFailed({ count, done, first }: { count: number; done: string; first: string | undefined }) {
    return new UnderstoryError({
      code: 'IMAGES_FAILED',
      message: `${count} ${count === 1 ? 'image' : 'images'} could not be ${done}.`,
      found: first ?? 'recorded failures',
      expected: 'a result for every image',
      next: 'tables/failures.csv lists them. Fix them, then rerun the command with --retry-failed.',
    });
  },

  noneLeft({ done, onlyCorrect }: { done: number; onlyCorrect: boolean }) {
    return new UnderstoryError({
      code: 'NOTHING_MEASURED',
      message: onlyCorrect
        ? 'No image is left: the model classifies none of them correctly.'
        : 'No image has a result.',
      found: `${done} ${done === 1 ? 'image' : 'images'} without a result`,
      expected: onlyCorrect ? 'at least one image that the model classifies correctly' : 'at least one result',
      next: onlyCorrect
        ? 'Omit --only-correct, use more images, or check that the labels are those of the model.'
        : 'See the reasons in the results, or use more images.',
    });
  },

  nothingMeasured({ folder, found }: { folder: string; found: string }) {
    return new UnderstoryError({
      code: 'NOTHING_MEASURED',
      message: `The run in "${folder}" has no measurements.`,
      found,
      expected: 'at least one image that was evaluated',
      next: 'See the errors above, or use more images.',
    });
  },

  internal(cause: unknown) {
    return new UnderstoryError({
      code: 'INTERNAL',
      message: `Internal error: ${cause instanceof Error ? cause.message : String(cause)}`,
      found: (cause instanceof Error && cause.stack) || String(cause),
      expected: 'no error, or one with a code',
      next: 'Please report this with the command line that reproduces it.',
      cause,
    });
  },
};
