import { UnderstoryError } from '@understory/core';
import { systemCode } from './system-code.ts';

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

  noUseForBackend({ plugin }: { plugin: string }) {
    return new UnderstoryError({
      code: 'USAGE',
      message: `The plugin ${plugin} runs no models on a backend.`,
      found: `a backend for ${plugin}`,
      expected: 'a backend for a plugin of explainers, metrics, probes or attacks',
      next: 'Leave it out, or name another plugin; `understory plugins` lists what each provides.',
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

  imageNotFound({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'IMAGE_NOT_FOUND',
      message: `There is no image "${path}".`,
      found: 'neither a file nor a folder',
      expected: 'an image, a folder of images, or a pattern such as "photos/*.jpg"',
      next: 'Check the path.',
    });
  },

  otherInputs({ picture, others }: { picture: string; others: readonly string[] }) {
    return new UnderstoryError({
      code: 'OTHER_INPUTS',
      message: 'The model asks for more than a picture.',
      found: `${others.join(', ')} beside "${picture}"`,
      expected: 'a model whose only input is the picture',
      next: 'Export the model with these inputs fixed, or explain it from a program, which can feed them all.',
    });
  },

  noImages({ path, endings }: { path: string; endings: readonly string[] }) {
    return new UnderstoryError({
      code: 'NO_IMAGES',
      message: `The folder "${path}" holds no images.`,
      found: `no file that ends in ${endings.join(', ')}; folders within it are not searched`,
      expected: 'at least one image',
      next: `Name another folder, or give a pattern such as "${path}/**/*.jpg".`,
    });
  },

  patternMatchesNothing({ pattern }: { pattern: string }) {
    return new UnderstoryError({
      code: 'NO_IMAGES',
      message: `No file fits the pattern "${pattern}".`,
      found: 'no file',
      expected: 'at least one image',
      next: 'Check the pattern; *, ?, **, [a-z] and {a,b} are understood.',
    });
  },

  patternTooLarge({ pattern, most }: { pattern: string; most: number }) {
    return new UnderstoryError({
      code: 'PATTERN_TOO_LARGE',
      message: `The pattern "${pattern.slice(0, 80)}${pattern.length > 80 ? ' ...' : ''}" stands for too many.`,
      found: `more than ${most} patterns without braces`,
      expected: `at most ${most}`,
      next: 'Use * or ? in the place of some braces.',
    });
  },

  fileNotReadable({ path, reason, cause }: { path: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'FILE_NOT_READABLE',
      message: `"${path}" cannot be read.`,
      found: reason,
      expected: 'a file that can be opened',
      next: 'Check the path and its permissions.',
      cause,
    });
  },

  labelsInvalid({ path, reason }: { path: string; reason: string }) {
    return new UnderstoryError({
      code: 'LABELS_INVALID',
      message: `The labels in "${path}" cannot be used.`,
      found: reason,
      expected: 'one label a line, a JSON list of labels, or a JSON object from class index to label',
      next: 'Correct the file, or leave --labels out and name classes by their index.',
    });
  },

  configurationNotReadable({ path, reason, cause }: { path: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'CONFIGURATION_INVALID',
      message: `The configuration "${path}" cannot be read.`,
      found: reason,
      expected: 'a JSON object, or a module that exports one as its default',
      next: 'Correct the file or remove it.',
      cause,
    });
  },

  twoConfigurations({ paths }: { paths: readonly string[] }) {
    return new UnderstoryError({
      code: 'CONFIGURATION_INVALID',
      message: 'There is more than one configuration.',
      found: paths.join(' and '),
      expected: 'one of them',
      next: 'Remove one of the two files.',
    });
  },

  /** `resumes`: the same command goes on where this one stopped. */
  interrupted({ done, asked, resumes = false }: { done: number; asked: number | undefined; resumes?: boolean }) {
    const rest = resumes
      ? 'What is done is kept; run the same command again, which goes on where this one stopped.'
      : 'What is done is written; run the command again for the rest.';
    return new UnderstoryError({
      code: 'INTERRUPTED',
      message: 'Interrupted.',
      found: asked === undefined ? 'a signal to end, before anything was done' : `${done} of ${asked} images done`,
      expected: 'to be left running until the end',
      next: done === 0 ? 'Run the command again.' : rest,
    });
  },

  neverSettled() {
    return new UnderstoryError({
      code: 'NEVER_SETTLED',
      message: 'The command stopped before its end, with nothing left to wait for.',
      found: 'a promise that never settles, of a plugin or of a library, or a call of process.exit',
      expected: 'every promise to be resolved or rejected in the end',
      next: 'Leave plugins out one at a time to find the one that does it, and report it to its author.',
    });
  },

  outOfMemory({ limit, cause }: { limit: number; cause: unknown }) {
    return new UnderstoryError({
      code: 'OUT_OF_MEMORY',
      message: 'The command needs more memory than Node gives it.',
      found: `a heap at its limit of ${limit} MiB`,
      expected: 'a command that fits',
      next: `Take fewer images or a smaller --batch at a time, or set NODE_OPTIONS=--max-old-space-size=${2 * limit}.`,
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

  noSuchPreset({ preset, metrics, known }: { preset: string; metrics: readonly string[]; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_PRESET',
      message: `None of the metrics has a preset "${preset}".`,
      found: `--preset ${preset} for ${metrics.join(', ')}`,
      expected: known.length === 0 ? 'no preset' : `one of ${known.join(', ')}`,
      next: 'Choose another preset or another metric, or leave the preset out.',
    });
  },

  idsUnknown({ ids, known }: { ids: readonly string[]; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'IMAGE_ID_UNKNOWN',
      message: `None of the images has ${ids.length === 1 ? 'this id' : 'these ids'}.`,
      found: ids.length === 0 ? 'an empty list of ids' : ids.map((id) => `"${id}"`).join(', '),
      expected: `ids of the images, which are the names of their files without the ending, such as "${known[0]}"`,
      next: 'Check the spelling; ids are written with upper and lower case.',
    });
  },

  offsetBeyondEnd({ offset, size }: { offset: number; size: number }) {
    return new UnderstoryError({
      code: 'NO_IMAGES',
      message: 'No image is left behind the offset.',
      found: `an offset of ${offset}`,
      expected: `less than ${size}, the number of images`,
      next: 'Lower --offset.',
    });
  },

  imagesFailed({ count, done, first }: { count: number; done: string; first: string | undefined }) {
    return new UnderstoryError({
      code: 'IMAGES_FAILED',
      message: `${count} ${count === 1 ? 'image' : 'images'} could not be ${done}.`,
      found: first ?? 'failures that this run recorded',
      expected: 'a result of every image',
      next: 'tables/failures.csv lists them. Fix them and give the same command with --retry-failed.',
    });
  },

  noneLeft({ done, onlyCorrect }: { done: number; onlyCorrect: boolean }) {
    return new UnderstoryError({
      code: 'NOTHING_MEASURED',
      message: onlyCorrect ? 'No image is left: the network predicts none of them right.' : 'No image has a result.',
      found: `${done} ${done === 1 ? 'image' : 'images'} without a result`,
      expected: onlyCorrect ? 'at least one image with a label that the network predicts' : 'at least one result',
      next: onlyCorrect
        ? 'Leave --only-correct out, take more images, or check that the labels are those of the network.'
        : 'Look at the reasons in the results, or take more images.',
    });
  },

  resultsMissing({ found }: { found: string }) {
    return new UnderstoryError({
      code: 'RESULTS_MISSING',
      message: 'Some of what was asked for has no result on any image.',
      found,
      expected: 'a result on at least one image',
      next: 'The reasons are told with the results. Leave out what does not apply to this network or to these images.',
    });
  },

  attackRulesBroken({ attacks }: { attacks: readonly string[] }) {
    return new UnderstoryError({
      code: 'ATTACK_RULES_BROKEN',
      message: 'Adversarial images break the rules of their attack.',
      found: `images of ${attacks.join(', ')} outside the epsilon, the range of pixels or the mask`,
      expected: 'adversarial images that keep to all three',
      next: 'Do not use these numbers; report the fault to whoever wrote the attack.',
    });
  },

  nothingMeasured({ folder, found }: { folder: string; found: string }) {
    return new UnderstoryError({
      code: 'NOTHING_MEASURED',
      message: `The run in "${folder}" has no measurements.`,
      found,
      expected: 'at least one image that was evaluated',
      next: 'Look at the errors above, or take more images.',
    });
  },

  unknownPlugin({
    plugin,
    plugins,
    suggestions: [suggestion],
  }: {
    plugin: string;
    plugins: readonly string[];
    suggestions: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'PLUGIN_UNKNOWN',
      message: `No plugin "${plugin}" is loaded that --backend could choose a backend for.`,
      found: `"${plugin}"`,
      expected: `one of ${plugins.join(', ')}`,
      next: suggestion === undefined ? 'Add it with --plugin.' : `Did you mean "${suggestion}"?`,
    });
  },

  backendsDisagree({
    backends: [first, second],
    what,
    found,
  }: {
    backends: readonly [string, string];
    what: string;
    found: string;
  }) {
    return new UnderstoryError({
      code: 'BACKENDS_DISAGREE',
      message: `The backends "${first}" and "${second}" see different models in the same file.`,
      found: `${what}: ${found}`,
      expected: 'the same pictures and the same classes on both',
      next: `Run everything on one of them: --backend ${first}.`,
    });
  },

  inputSizeOpen() {
    return new UnderstoryError({
      code: 'INPUT_SIZE_OPEN',
      message: 'It is not known how large a picture the model takes.',
      found: 'a model of any size, and a preprocessing that keeps the size of pictures',
      expected: 'one size for all pictures',
      next: 'Give it with --size, such as --size 224.',
    });
  },

  targetImageMissing({
    masks,
    target,
    found,
    lookedFor,
  }: {
    masks: readonly string[];
    target: { readonly index: number; readonly label: string | null };
    found: string;
    lookedFor: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'TARGET_IMAGE_MISSING',
      message: `The masks ${masks.join(', ')} are drawn from an image of class ${target.index}${target.label === null ? '' : ` (${target.label})`}.`,
      found,
      expected: `an image, or a folder of class samples with one labelled or named ${lookedFor.map((word) => `"${word}"`).join(' or ')}`,
      next: 'Give it with --target-image.',
    });
  },

  transferDoesNotFit({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'TRANSFER_DOES_NOT_FIT',
      message: 'The model of --transfer does not have the same classes.',
      found,
      expected,
      next: 'Choose a model that was trained on the same classes, in the same order.',
    });
  },

  internal(cause: unknown) {
    return new UnderstoryError({
      code: 'INTERNAL',
      message: `Understory itself failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      found: (cause instanceof Error && cause.stack) || String(cause),
      expected: 'an error with a code, or none',
      next: 'Please report this with the command line that shows it.',
      cause,
    });
  },
};

/** What the system says of a failed file operation, in words. */
export function reasonOf(cause: unknown): string {
  return systemReasons[systemCode(cause)] ?? (cause instanceof Error ? cause.message : String(cause));
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EEXIST: 'a file of that name is in the way of the folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  ENOENT: 'there is no such file',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
  ELOOP: 'it is a link that leads back to itself',
  ENAMETOOLONG: 'the name is too long',
};
