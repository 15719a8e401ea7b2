import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { folderStore } from '@understory/environment-node';
import { openExplanation, parseStudySpec, type ImageRecord, type StudySpecInput } from '@understory/studies';
import { assumedNote } from '@understory/studies/setup';
import { backendsText, headline, imageText } from '@understory/report/text';
import type { CommandContext } from '../command-context.ts';
import { cliErrors } from '../errors.ts';
import { flatNotes, layerNotes } from '../formatters/explanation-notes.ts';
import { errorRecord, json } from '../formatters/json.ts';
import type { ExitCode, Io } from '../io.ts';
import { layout, list, wholeNumber } from '../option-values.ts';
import { defaultModel, layoutHelp, withDrawing, withOutput, withRunning, withTensors } from '../options.ts';
import { withPreprocessing } from '../preprocessing-options.ts';
import { progressOn, type Progress } from '../progress.ts';
import { formatError, type ErrorContext } from '../report-error.ts';
import { commonSpec, defined } from '../spec-of.ts';
import { environmentOf } from '../study-command.ts';
import { styleFor } from '../style.ts';

const details = `
Images are files, folders (their JPEG, PNG and WebP files) and patterns in quotes such as "photos/**/*.jpg".

Targets are comma-separated: topN for the N best classes of each image, a class index from 0, or a label.

Files: <out>/<image>.<explainer>.<target>.png, the heat map over the preprocessed image, and with --npy also
.npy, the raw map as float32 [H, W] at the resolution of the layer. <image> is the file name without its extension (with the
extension or folders where two images share a name), <target> is top1, top2 ... or the class as given. For the overlay each
map is upsampled with bilinear interpolation and half-pixel centres, then scaled from its minimum to its maximum, so that
colours of two maps are not comparable.

An image that cannot be read and an explainer that does not apply are reported on stderr, the others are processed, and the exit
code is 2. With --json stdout is one document that names every file written, and errors on stderr are one JSON object per line.

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
    .description('explain predictions: classes, probabilities and a heat map for each image')
    .argument('<images...>', 'images, folders of images, or patterns')
    .option('--explainer <list>', 'ids of explainers; `understory plugins` lists them', list, ['gradcam'])
    .option('--target <list>', 'the classes to explain: top1, top3, a class index or a label', 'top1')
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--out <folder>', 'the output folder', 'out')
    .option('--npy', 'also write the raw maps')
    .option('--no-overlay', 'write no overlay pictures')
    .option('--print-spec', 'print the study as JSON, for `understory run`, and exit')
    .option('--batch <n>', 'how many images per batch', wholeNumber(1), 8)
    .option('--seed <n>', 'random seed, for explainers that use one', wholeNumber(0), 0);
  return withPreprocessing(withTensors(withRunning(withDrawing(withOutput(command))))).addHelpText('after', details);
}

type ExplainOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function explain(asked: readonly string[], options: ExplainOptions, io: Io): Promise<ExitCode> {
  const { json: asJson = false, quiet = false, out } = options;
  const spec = parseStudySpec(specOf(asked, options), 'understory explain');
  if (options.printSpec === true) {
    io.stdout.write(json(spec));
    return 0;
  }
  const failures: FailureRecord[] = [];
  let write = (text: string): void => void io.stderr.write(text);
  const fail = (error: unknown, context: ErrorContext = {}) => {
    const failure = { ...context, error: errorRecord(error) };
    failures.push(failure);
    io.standing?.({ kind: 'failure', record: failure });
    write(formatError(io, error, { json: asJson, context }));
  };

  const environment = environmentOf(io, options);
  const { images: found, failures: notFound } = await environment.findImages(asked);
  for (const { path, error } of notFound) fail(error, { image: path });
  if (found.length === 0) {
    // Whoever reads JSON gets a document, also where there is nothing in it.
    if (asJson) io.stdout.write(json({ images: [], failures }));
    return 2;
  }

  let progress: Progress | undefined;
  const study = await openExplanation(spec, environment, {
    ...{ store: folderStore(resolve(io.cwd, out)), out, signal: io.signal },
    onStep: (step) => progress?.within(step),
  });
  try {
    const { images, model, notes, unfit, explainers } = study;
    const document = { ...study.document, configuration: study.configuration };
    for (const { explainer, error } of unfit) fail(error, { explainer });
    const assumed = document.preprocessingAssumed === true ? assumedNote(document.preprocessing!) : undefined;
    const advised = notes.map((note) => (note === assumed ? `${note}; --mean and --std override it` : note));
    if (!quiet) for (const note of advised) write(`note: ${note}\n`);
    const style = styleFor(io.stdout, io.env);
    if (!asJson) {
      io.stdout.write(headline(model, document.preprocessing!, spec.seed, style));
      io.stdout.write(backendsText(document.backends, style));
    }
    io.standing?.({
      ...{ kind: 'begun', asked: images.length, resumes: false },
      ...(asJson && { document }),
    });
    const results: ImageRecord[] = [];
    const elsewhere = layerNotes(explainers);
    progress = progressOn(io, images.length, { quiet });
    write = progress.write;
    const show = (result: ImageRecord) => {
      results.push(result);
      if (!asJson) io.stdout.write(imageText(result, style));
    };
    try {
      for await (const event of study.explain()) {
        if (event.kind === 'explainerFailed') {
          const { explainer, error, images: lost } = event;
          if (lost === undefined) fail(error, { explainer });
          else for (const { path } of lost) fail(error, { explainer, image: path });
          continue;
        }
        const { path } = event.image;
        const tell = (record: ImageRecord) => io.standing?.({ kind: 'image', at: images.indexOf(event.image), record });
        if (event.kind === 'mapLost') {
          fail(event.error, { explainer: event.explainer, image: path });
          continue;
        }
        if (event.kind === 'map') {
          tell(event.record);
          continue;
        }
        if (event.kind === 'imageFailed') fail(event.error, { image: path });
        else {
          if (!quiet)
            for (const note of [...elsewhere.notes(event.record), ...flatNotes(event.record)]) write(`note: ${note}\n`);
          show(event.record);
          tell(event.record);
          io.standing?.({ kind: 'counted', done: results.length, asked: images.length });
        }
        progress.advance(path);
      }
    } catch (error) {
      if (!io.signal.aborted) throw error;
      const done = results.length;
      // Their maps are there, though others were still to come.
      study.unfinished().forEach(show);
      fail(cliErrors.interrupted({ done, asked: images.length }));
    } finally {
      progress.stop();
    }
    if (asJson) io.stdout.write(json({ ...document, images: results, failures }));
    return failures.length === 0 ? 0 : 2;
  } finally {
    await study.close();
  }
}

function specOf(images: readonly string[], options: ExplainOptions): Extract<StudySpecInput, { study: 'explain' }> {
  const { target, overlay, npy, colourMap, opacity, batch } = options;
  return {
    study: 'explain',
    ...commonSpec(options),
    images: { from: [...images] },
    explainers: [...options.explainer],
    ...defined({ target, overlay, npy, colourMap, opacity, batch }),
  };
}

interface FailureRecord extends ErrorContext {
  readonly error: ReturnType<typeof errorRecord>;
}
