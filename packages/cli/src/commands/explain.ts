import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { cliErrors } from '../errors.ts';
import { explainImages, type NamedExplainer } from '@understory/studies';
import { ImageRecords, writeMap, type ImageRecord } from '@understory/studies';
import { findImages } from '@understory/environment-node';
import { backendsText, headline, imageText } from '../formatters/explanation.ts';
import { errorRecord, json } from '../formatters/json.ts';
import type { ExitCode, Io } from '../io.ts';
import { defaultModel } from '@understory/studies';
import {
  layout,
  layoutHelp,
  list,
  wholeNumber,
  withDrawing,
  withOutput,
  withPreprocessing,
  withRunning,
  withTensors,
} from '../options.ts';
import { assumedNote } from '@understory/studies';
import { progressOn } from '../progress.ts';
import { modelRecord, versionsOf, type RunRecord } from '@understory/studies';
import { formatError, type ErrorContext } from '../report-error.ts';
import type { CommandContext } from '../run.ts';
import { setUp, type Setup } from '@understory/studies';
import { styleFor } from '../style.ts';
import { slotsOf, type Slot } from '@understory/studies';
import { prepareFolder } from '../write-file.ts';

const details = `
Images are files, folders (their JPEG, PNG and WebP files) and patterns in quotes such as "photos/**/*.jpg".

Targets, with commas between them: topN for the N best classes of each image, a class index counted from 0, or a label.

Files: <out>/<image>.<explainer>.<target>.png, the heat map over the picture that the network saw, and with --npy beside it
.npy, the raw map as float32 [H, W] at the resolution of the layer. <image> is the file's name without its ending (with its
ending or folders where two images share one), <target> is top1, top2 ... or the class as it was written. For the picture each
map is upsampled with bilinear interpolation and half-pixel centres, then scaled from its own smallest to its own largest
value: colours of two maps do not compare.

An image that cannot be read and an explainer that does not apply are reported on stderr, the rest goes on, and the exit code
is 2. With --json stdout is one document that names every file written, and errors on stderr are one JSON object a line.

Examples:
  understory explain cat.png
  understory explain photos/*.jpg --explainer cam,gradcam,layercam --target top1,"tabby" --out out --npy --json
  understory explain cat.png --explainer cam,gradcam --backend onnx --backend explain-gradcam=tfjs
  understory explain cat.png --layer features.5.0 --explainer layercam
  understory explain cat.png --model model.onnx --size 224 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --labels labels.txt
`;

export function explainCommand(program: Command, { io, finish }: CommandContext): void {
  define(program).action(async (images, options) => finish(await explain(images, options, io)));
}

function define(program: Command) {
  const command = program
    .command('explain')
    .description('say where a network looked: classes, probabilities and a heat map for each image')
    .argument('<images...>', 'images, folders of images, or patterns')
    .option('--explainer <list>', 'ids of explainers; `understory plugins` lists them', list, ['gradcam'])
    .option('--target <list>', 'the classes to explain: top1, top3, a class index or a label', 'top1')
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--out <folder>', 'where files go', 'out')
    .option('--npy', 'write the raw maps too')
    .option('--no-overlay', 'write no pictures')
    .option('--batch <n>', 'how many images run together', wholeNumber(1), 8)
    .option('--seed <n>', 'for explainers that draw random numbers', wholeNumber(0), 0);
  return withPreprocessing(withTensors(withRunning(withDrawing(withOutput(command))))).addHelpText('after', details);
}

type ExplainOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function explain(asked: readonly string[], options: ExplainOptions, io: Io): Promise<ExitCode> {
  const asJson = options.json === true;
  const quiet = options.quiet === true;
  const failures: FailureRecord[] = [];
  let write = (text: string): void => void io.stderr.write(text);
  const fail = (error: unknown, context: ErrorContext = {}) => {
    const failure = { ...context, error: errorRecord(error) };
    failures.push(failure);
    io.standing?.({ kind: 'failure', record: failure });
    write(formatError(io, error, { json: asJson, context }));
  };

  const { images, failures: notFound } = await findImages(asked, io.cwd);
  for (const { path, error } of notFound) fail(error, { image: path });
  if (images.length === 0) {
    // Whoever reads JSON gets a document, also where there is nothing in it.
    if (asJson) io.stdout.write(json({ images: [], failures }));
    return 2;
  }

  const onUnfit = (explainer: string, error: unknown) => fail(error, { explainer });
  const setup = await setUp(options, { explainers: options.explainer, layer: options.layer, onUnfit }, io);
  try {
    const { classifier, explainers, preprocessing } = setup;
    const slots = slotsOf(options.target, classifier);
    const writing = { ...options, npy: options.npy === true, cwd: io.cwd };
    if (writing.overlay || writing.npy) await prepareFolder(resolve(io.cwd, options.out));
    if (!quiet) for (const note of notesOf(setup)) write(`note: ${note}\n`);

    const { configurationPath: configuration = null } = setup;
    const record = { ...runRecord(setup, options, slots, io), configuration };
    const style = styleFor(io.stdout, io.env);
    if (!asJson) {
      io.stdout.write(headline(record.model, preprocessing.preprocessing, options.seed, style));
      io.stdout.write(backendsText(record.backends, style));
    }
    io.standing?.({
      ...{ kind: 'begun', asked: images.length, resumes: false },
      ...(asJson && { document: record }),
    });
    const results: ImageRecord[] = [];
    const records = new ImageRecords(classifier);
    const elsewhere = layerNotes(explainers);
    const progress = progressOn(io, images.length, { quiet });
    write = progress.write;
    setup.steps.listener = progress.within;
    const { batch, seed } = options;
    const show = (result: ImageRecord) => {
      results.push(result);
      if (!asJson) io.stdout.write(imageText(result, style));
    };
    const outcomes = explainImages({
      // With no explainer that can work there is nothing to do.
      images: explainers.length === 0 ? [] : images,
      ...{ cwd: io.cwd, classifier, explainers, slots, batch, seed, signal: io.signal },
      preprocessing: preprocessing.preprocessing,
    });
    try {
      for await (const outcome of outcomes) {
        if (outcome.kind === 'explainerFailed') {
          const { explainer, error, images: lost } = outcome;
          if (lost === undefined) fail(error, { explainer });
          else for (const { path } of lost) fail(error, { explainer, image: path });
          continue;
        }
        const { path } = outcome.image;
        if (outcome.kind === 'map') {
          const { explainer } = outcome.map;
          try {
            const written = records.of(outcome, await writeMap(outcome, classifier, writing));
            io.standing?.({ kind: 'image', at: images.indexOf(outcome.image), record: written });
          } catch (error) {
            fail(error, { explainer, image: path });
          }
          continue;
        }
        if (outcome.kind === 'imageFailed') fail(outcome.error, { image: path });
        else {
          const result = records.finish(outcome);
          if (!quiet) for (const note of [...elsewhere.notes(result), ...flatNotes(result)]) write(`note: ${note}\n`);
          show(result);
          io.standing?.({ kind: 'image', at: images.indexOf(outcome.image), record: result });
          io.standing?.({ kind: 'counted', done: results.length, asked: images.length });
        }
        progress.advance(path);
      }
    } catch (error) {
      if (!io.signal.aborted) throw error;
      const done = results.length;
      // Their maps are there, though others were still to come.
      records.unfinished().forEach(show);
      fail(cliErrors.interrupted({ done, asked: images.length }));
    } finally {
      progress.stop();
    }
    if (asJson) io.stdout.write(json({ ...record, images: results, failures }));
    return failures.length === 0 ? 0 : 2;
  } finally {
    await setup.close();
  }
}

interface FailureRecord extends ErrorContext {
  readonly error: ReturnType<typeof errorRecord>;
}

/** What a user should know of a run that is no error. */
function notesOf({ backends, classifier, preprocessing }: Setup): readonly string[] {
  const assumed = `${assumedNote(preprocessing.preprocessing)}; --mean and --std say otherwise`;
  const one = 'the model gives one score: its probability is the sigmoid of it, of the positive class against the rest';
  return [
    ...new Set(backends().flatMap(({ remarks }) => remarks)),
    ...(preprocessing.assumed ? [assumed] : []),
    ...(classifier.classCount === 1 ? [one] : []),
  ];
}

/** Tells of each map that is the same everywhere, of one picture as of many. */
function flatNotes({ image, maps }: ImageRecord): readonly string[] {
  return maps.flatMap(({ explainer, target, class: { index }, range: [low, high] }) => {
    if (low !== high) return [];
    const cause = low === 0 ? ': gradients vanish, or nothing speaks for the class' : '';
    return [
      `${explainer} gives ${image} a map of ${low} everywhere for ${target} (class ${index})${cause}; it says nothing of where the model looked`,
    ];
  });
}

/** Tells once of each explainer that it read another layer than it was asked to, as CAM does, which is defined on one alone. */
function layerNotes(explainers: readonly NamedExplainer[]) {
  const told = new Set<string>();
  return {
    notes({ maps }: ImageRecord): readonly string[] {
      return maps.flatMap(({ explainer, layer }) => {
        const asked = explainers.find(({ id }) => id === explainer)?.layer;
        if (asked === undefined || layer === asked || told.has(explainer)) return [];
        told.add(explainer);
        return [`${explainer} cannot read ${asked}; it read ${layer ?? 'no layer'}`];
      });
    },
  };
}

function runRecord(
  { host, opened, preprocessing, backends }: Setup,
  options: ExplainOptions,
  slots: readonly Slot[],
  io: Io,
): RunRecord {
  const { explainer, layer, batch, colourMap, opacity, device, threads, seed } = options;
  return {
    model: modelRecord(opened),
    backends: backends(),
    preprocessing: preprocessing.preprocessing,
    preprocessingAssumed: preprocessing.assumed,
    parameters: {
      ...{ explainers: explainer, targets: slots.map(({ name }) => name), layer, batch, colourMap, opacity },
      ...(options.layout !== undefined && { layout: options.layout }),
      ...{ devices: device?.everywhere ?? null, devicesOf: device?.byBackend ?? {}, threads: threads ?? null },
      interpolation: 'bilinear',
      normalisation: 'min-max',
    },
    seed,
    versions: versionsOf(host, io),
  };
}
