import { closest, UnderstoryError, type SubjectReading } from '@understory/core';

interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Every error of studies, by what went wrong. */
export const studyErrors = {
  specInvalid({ name, where, found, expected }: { name: string; where: string; found: string; expected: string }) {
    return new UnderstoryError({
      code: 'SPEC_INVALID',
      message: `The specification "${name}" is not valid at ${where}.`,
      found,
      expected,
      next: 'Correct it; the JSON Schema of studies lists every field.',
    });
  },

  idsUnknown({ ids, known }: { ids: readonly string[]; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'IMAGE_ID_UNKNOWN',
      message: `None of the images has ${ids.length === 1 ? 'this id' : 'these ids'}.`,
      found: ids.length === 0 ? 'an empty list of ids' : ids.map((id) => `"${id}"`).join(', '),
      expected: `ids of the images, which are the names of their files without the ending, such as "${known[0]}"`,
      next: 'Check the spelling; ids are case-sensitive.',
    });
  },

  offsetBeyondEnd({ offset, size }: { offset: number; size: number }) {
    return new UnderstoryError({
      code: 'NO_IMAGES',
      message: 'The offset skips all images.',
      found: `an offset of ${offset}`,
      expected: `less than ${size}, the number of images`,
      next: 'Lower the offset.',
    });
  },

  notHosting() {
    return new UnderstoryError({
      code: 'WORK_NOT_ELSEWHERE',
      message: 'This environment works for no other machine.',
      found: 'an environment that offers no files',
      expected: 'one that says which folders of models and data it offers',
      next: 'Say which folders others may have read.',
    });
  },

  roleUnknown({
    role,
    kind,
    known,
    suggestions,
  }: {
    role: string;
    kind: 'model' | 'data';
    known: readonly string[];
    suggestions: readonly string[];
  }) {
    const [suggestion] = suggestions;
    return new UnderstoryError({
      code: 'ROLE_UNKNOWN',
      message: `The studies have no ${kind === 'model' ? 'model' : 'data'} called "${role}".`,
      found: `"${role}"`,
      expected: known.length === 0 ? 'none: the studies name their own' : known.join(', '),
      next: suggestion === undefined ? 'Give one that the studies name.' : `Did you mean "${suggestion}"?`,
    });
  },

  selectionInvalid({ what, found }: { what: string; found: string }) {
    return new UnderstoryError({
      code: 'SELECTION_INVALID',
      message: `'${found}' is not one ${what}.`,
      found,
      expected: `the id of one ${what}, with optional settings`,
      next: `Give one id.`,
    });
  },

  imagesDiffer({ ids }: { ids: readonly string[] }) {
    return new UnderstoryError({
      code: 'IMAGES_DIFFER',
      message: 'A worker does not have the same images.',
      found: `no ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ` and ${ids.length - 3} others` : ''}`,
      expected: 'the images that the run began with',
      next: 'Leave the data set as it is while a run goes on.',
    });
  },

  channelOutOfRange({ found, layer, count }: { found: string; layer: string; count: number }) {
    return new UnderstoryError({
      code: 'CHANNEL_OUT_OF_RANGE',
      message: `The layer "${layer}" has no channels ${found}.`,
      found,
      expected: `channels from 0 to ${count - 1}, a range from the lower to the higher`,
      next: 'Give channels that the layer has; they are counted from 0.',
    });
  },

  classInvalid({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'TARGET_INVALID',
      message: `'${found}' is not a valid target.`,
      found: `'${found}'`,
      expected,
      next: 'Give one of these.',
    });
  },

  targetClassMissing({ mask }: { mask: string }) {
    return new UnderstoryError({
      code: 'TARGET_CLASS_MISSING',
      message: `The mask '${mask}' is drawn from a target class.`,
      found: 'an untargeted attack',
      expected: 'a target class',
      next: 'Name a target class, or choose another mask.',
    });
  },

  otherInputs({
    picture,
    others,
    pictures,
  }: {
    picture: string;
    others: readonly string[];
    /** Those of them that can take a picture. */
    pictures: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'OTHER_INPUTS',
      message: 'The model has inputs besides the image.',
      found: `${others.join(', ')} beside "${picture}"`,
      expected: 'a value for each input besides the image',
      next: `Give each a value: numbers, the height and width of the image, a file of numbers${pictures.length === 0 ? '' : ', or another image'}.`,
      remedy: {
        kind: 'settings',
        settings: others.map((name) => ({
          name: 'feed',
          value: `${name}=${pictures.includes(name) ? 'IMAGE' : 'VALUE'}`,
        })),
      },
    });
  },

  feedInvalid({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'FEED_INVALID',
      message: 'A value for a side input does not fit the model.',
      ...{ found, expected },
      next: 'Correct the value; the inputs of the model are listed with their shapes by inspecting it.',
    });
  },

  otherPictureMissing({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'IMAGE_NOT_FOUND',
      message: `There is no image "${path}" to compare with.`,
      found: `"${path}"`,
      expected: 'an image',
      next: 'Correct the path.',
    });
  },

  secondPictureUnused({ path, task }: { path: string; task: string }) {
    return new UnderstoryError({
      code: 'SECOND_PICTURE_UNUSED',
      message: 'There is a second image, and the model does not compare images.',
      found: `"${path}" for the task ${task}`,
      expected: 'a model of two images, or one that embeds images',
      next: 'Leave the second image out, or name a task that compares images.',
      remedy: { kind: 'settings', settings: [{ name: 'task', value: 'image-feature-extraction' }] },
    });
  },

  outputUnknown({ output, outputs, known }: { output: string; outputs: readonly string[]; known: readonly string[] }) {
    const alike = closest(output, known);
    return new UnderstoryError({
      code: 'OUTPUT_UNKNOWN',
      message: `The model has no output or layer "${output}".`,
      found: `"${output}"`,
      expected: `an output (${outputs.join(', ')}) or a layer`,
      next: alike.length === 0 ? 'Name one of the outputs.' : `Did you mean ${alike.join(' or ')}?`,
    });
  },

  captionsNotRead({ inputs, isTower }: { inputs: readonly string[]; isTower: boolean }) {
    return new UnderstoryError({
      code: 'CAPTIONS_NOT_READ',
      message: 'The model reads no text, and captions were given.',
      found: `inputs ${inputs.join(', ')}${isTower ? ', and a text tower that does not fit' : ', and no text tower beside it'}`,
      expected:
        'a model of pictures and text: two towers in one folder or in two that belong together, or one graph that takes both',
      next: 'Choose such a model, name its folder rather than one of its files, or leave the captions out.',
    });
  },

  questionNotRead({ inputs, free }: { inputs: readonly string[]; free: readonly string[] }) {
    return new UnderstoryError({
      code: 'QUESTION_NOT_READ',
      message: 'The model cannot be asked in words, and a question was given.',
      found: `inputs ${inputs.join(', ')}`,
      expected:
        'a model of pictures and questions: one graph that takes a picture and the numbers of words, and answers',
      next:
        free.length === 0
          ? 'Choose such a model, or leave the question out.'
          : `Choose such a model, or feed ${free.join(', ')} the numbers that stand for the question.`,
      ...(free.length > 0 && {
        remedy: { kind: 'settings' as const, settings: free.map((name) => ({ name: 'feed', value: `${name}=VALUE` })) },
      }),
    });
  },

  noSuchTaskPreset({ preset, task, known }: { preset: string; task: string; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_PRESET',
      message: `There is no preset "${preset}" for ${task}.`,
      found: `preset ${preset}`,
      expected: known.length === 0 ? 'no preset' : `one of ${known.join(', ')}`,
      next: 'Choose another preset, or leave it out.',
    });
  },

  noProbability({ target, task }: { target: string; task: string }) {
    return new UnderstoryError({
      code: 'SCORE_NOT_A_CLASS',
      message: `There is no probability of "${target}".`,
      found: `a target of ${task}`,
      expected: 'a target with a probability',
      next: 'Measure the number itself: choose the score "logit" or "normalised-logit".',
    });
  },

  targetElsewhere({ found }: { found: string }) {
    return new UnderstoryError({
      code: 'TARGET_ELSEWHERE',
      message: 'A metric asks for the map of another target, and its backend is not that of the explainer.',
      found,
      expected: 'a class, or one backend for metric and explainer',
      next: 'Choose the same backend for both.',
    });
  },

  subjectUnknown({
    outputs,
    task,
    tasks,
    asked: possibleReadings,
    reasons,
  }: {
    outputs: readonly string[];
    task: string | undefined;
    tasks: readonly string[];
    asked: readonly { readonly task: string; readonly reading: SubjectReading }[];
    reasons: readonly string[];
  }) {
    // What the model looks like goes before what it may be said to be.
    const asked = reasons.length > 0 ? [] : possibleReadings;
    const possible = [...reasons, ...asked.map((each) => `${each.task} where that is said (${each.reading.why})`)];
    const settings =
      task !== undefined
        ? [{ name: 'output' }]
        : asked.length === 0
          ? [reasons.length === 0 ? { name: 'task' } : { name: 'task', value: 'raw' }]
          : [...new Set(asked.map((each) => each.task))].map((value) => ({ name: 'task', value }));
    return new UnderstoryError({
      code: 'SUBJECT_UNKNOWN',
      message: task === undefined ? 'What the model says is not recognised.' : `The model cannot be read as ${task}.`,
      found: [`outputs ${outputs.join(', ') || 'none'}`, ...possible].join('; '),
      expected: `outputs of ${task ?? (tasks.join(', ') || 'a task that some plugin knows')}`,
      next:
        tasks.length === 0
          ? 'Load a plugin that says what models say, such as @understory/subjects.'
          : task === undefined
            ? 'Say the task, or name a number of an output as the target: output[index], without the batch.'
            : 'Say another task, or the outputs that hold the answer.',
      remedy: { kind: 'settings', settings },
    });
  },

  subjectAmbiguous({ readings }: { readings: readonly { readonly task: string; readonly reading: SubjectReading }[] }) {
    const tasks = new Set(readings.map(({ task }) => task));
    const outputs = new Set(readings.map(({ reading }) => Object.values(reading.tensors).join(',')));
    const forms = new Set(
      readings.flatMap(({ task, reading: { form } }) => (form === undefined ? [] : [`${task}:${form}`])),
    );
    const isOfForms = tasks.size === 1 && outputs.size === 1 && forms.size > 1;
    const described = readings.map(({ task, reading }) => {
      const name = isOfForms && reading.form !== undefined ? `${task}:${reading.form}` : task;
      return `${name} of ${Object.values(reading.tensors).join(',')} (${reading.why})`;
    });
    return new UnderstoryError({
      code: 'SUBJECT_AMBIGUOUS',
      message: 'What the model says can be read in more than one way.',
      found: described.join('; '),
      expected: 'one reading',
      next:
        tasks.size > 1
          ? 'Say the task, or give the labels of the classes if it has classes.'
          : isOfForms
            ? 'Say the task with its form, or give the labels of the classes.'
            : 'Say the output that holds the answer.',
      remedy: {
        kind: 'settings',
        settings: [
          ...(tasks.size > 1 ? [...tasks].map((value) => ({ name: 'task', value })) : []),
          ...(isOfForms ? [...forms].map((value) => ({ name: 'task', value })) : []),
          ...(outputs.size > 1 ? [...outputs].map((value) => ({ name: 'output', value })) : []),
        ],
      },
    });
  },

  noSuchPreset({ preset, metrics, known }: { preset: string; metrics: readonly string[]; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_PRESET',
      message: `None of the metrics has a preset "${preset}".`,
      found: `preset ${preset} for ${metrics.join(', ')}`,
      expected: known.length === 0 ? 'no preset' : `one of ${known.join(', ')}`,
      next: 'Choose another preset or another metric, or leave the preset out.',
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
      message: `The backends "${first}" and "${second}" read different models from the same file.`,
      found: `${what}: ${found}`,
      expected: 'the same image input and the same classes for both',
      next: `Run everything on one of them, such as "${first}".`,
    });
  },

  inputSizeOpen() {
    return new UnderstoryError({
      code: 'INPUT_SIZE_OPEN',
      message: 'The input size of the model is unknown.',
      found: 'a model with a variable input size, and preprocessing that does not resize',
      expected: 'one size for all images',
      next: 'Give the size of the input, such as 224.',
    });
  },

  pictureSizeInvalid({ found, expected }: { found: PictureSize; expected: PictureSize }) {
    return new UnderstoryError({
      code: 'PICTURE_SIZE_INVALID',
      message: 'The preprocessing does not give the image the input size of the model.',
      found: `${found.width}x${found.height} pixels after preprocessing`,
      expected: `${expected.width}x${expected.height}`,
      next: 'Give a preprocessing that resizes or crops every image to this size, or images that have it.',
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
      next: 'Name an image of the target class.',
    });
  },

  thresholdMissing({ target, task }: { target: string; task: string }) {
    return new UnderstoryError({
      code: 'THRESHOLD_MISSING',
      message: `It is not known when an attack on "${target}" has succeeded.`,
      found: `a number of ${task} that no decision follows from`,
      expected: 'a threshold that the number has to pass',
      next: 'Give a threshold.',
      remedy: { kind: 'settings', settings: [{ name: 'threshold', value: 'NUMBER' }] },
    });
  },

  transferDoesNotFit({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'TRANSFER_DOES_NOT_FIT',
      message: 'The transfer model does not have the same classes.',
      found,
      expected,
      next: 'Choose a model that was trained on the same classes, in the same order.',
    });
  },

  exampleNotReadable({ path, found }: { path: string; found: string }) {
    return new UnderstoryError({
      code: 'EXAMPLE_NOT_READABLE',
      message: `The example "${path}" cannot be read.`,
      found,
      expected: 'a record or a picture kept by the run',
      next: 'Rerun the study into a new folder; the report omits this example.',
    });
  },

  resultsMissing({ found }: { found: string }) {
    return new UnderstoryError({
      code: 'RESULTS_MISSING',
      message: 'Some explainers, metrics or attacks have no result on any image.',
      found,
      expected: 'a result on at least one image',
      next: 'See the reasons in the results. Omit what does not apply to this model or to these images.',
    });
  },

  networksDiffer({ what, found: [first, second] }: { what: string; found: readonly [string, string] }) {
    return new UnderstoryError({
      code: 'NETWORKS_DIFFER',
      message: `The two networks cannot be compared: they differ in their ${what}.`,
      found: `${first}; ${second}`,
      expected: `the same ${what}, or labels that both have`,
      next: 'Compare networks of one task. Where classes have labels in a file, name it; where a file is read otherwise than meant, say the task.',
      remedy: { kind: 'settings', settings: [{ name: 'labels' }, { name: 'task' }] },
    });
  },

  toleranceExceeded({ of, found, limit }: { of: string; found: string; limit: string }) {
    return new UnderstoryError({
      code: 'TOLERANCE_EXCEEDED',
      message: `A declared tolerance is exceeded: ${of}.`,
      found,
      expected: limit,
      next: 'Look at the report before the second network replaces the first, or declare another tolerance.',
    });
  },

  toleranceNotMeasured({ of, limit }: { of: string; limit: string }) {
    return new UnderstoryError({
      code: 'TOLERANCE_NOT_MEASURED',
      message: `A tolerance was declared for what was not measured: ${of}.`,
      found: 'no image with a value for both networks',
      expected: limit,
      next: 'See what was left out of the comparison and why, or do not declare this tolerance.',
    });
  },

  attackRulesBroken({ attacks }: { attacks: readonly string[] }) {
    return new UnderstoryError({
      code: 'ATTACK_RULES_BROKEN',
      message: 'Adversarial images violate the constraints of their attack.',
      found: `images of ${attacks.join(', ')} outside the epsilon, the range of pixels or the mask`,
      expected: 'adversarial images within all three',
      next: 'Do not use these numbers; report the error to the author of the attack.',
    });
  },

  backendCannotRead({ model, backend, others }: { model: string; backend: string; others: readonly string[] }) {
    return new UnderstoryError({
      code: 'BACKEND_CANNOT_READ',
      message: `The backend "${backend}" does not read "${model}".`,
      found: others.length === 0 ? 'no loaded backend that reads it' : `read by ${others.join(', ')}`,
      expected: `a file that "${backend}" accepts`,
      next:
        others.length === 0
          ? 'Check that the file is a model, or add the plugin of its format.'
          : `Use the backend "${others[0]}", or convert the model.`,
      remedy:
        others.length === 0 ? { kind: 'settings', settings: [{ name: 'plugin' }] } : { kind: 'backend', ids: others },
    });
  },

  tableInvalid({ path, found }: { path: string; found: string }) {
    return new UnderstoryError({
      code: 'FEED_INVALID',
      message: `"${path}" holds no numbers that could be fed.`,
      found,
      expected: 'a NumPy file of numbers, or JSON lists of numbers of equal length',
      next: 'Save the values with numpy.save or as JSON.',
    });
  },

  vocabularyInvalid({ path, reason }: { path: string; reason: string }) {
    return new UnderstoryError({
      code: 'VOCABULARY_INVALID',
      message: `The vocabulary ${path} cannot be read.`,
      found: reason,
      expected: 'JSON: a list of words, or an object from each word to its number; or one word a line',
      next: 'Write the words down in the order in which the model numbers them.',
    });
  },

  labelsInvalid({ path, reason }: { path: string; reason: string }) {
    return new UnderstoryError({
      code: 'LABELS_INVALID',
      message: `The labels in "${path}" cannot be used.`,
      found: reason,
      expected: 'one label per line, a JSON list of labels, or a JSON object from class index to label',
      next: 'Correct the file, or leave the labels out and name classes by their index.',
      remedy: { kind: 'settings', settings: [{ name: 'labels' }] },
    });
  },
};
