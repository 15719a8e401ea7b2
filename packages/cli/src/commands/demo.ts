import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '@commander-js/extra-typings';
import { append, largestOf, type Host, type LayerSpec, type Model } from '@understory/core';
import { contactSheet, type ContactSheetRow } from '@understory/imaging/contact-sheet';
import type { ImageRecord, NamedExplainer, Outcome } from '@understory/studies';
import {
  explainImages,
  type ExplainImagesRequest,
  ImageRecords,
  mapLegend,
  modelRecord,
  setUp,
  sheetRows,
  shownExplainer,
  targetsOf,
  versionsOf,
  withPlugins,
  writeMap,
} from '@understory/studies/setup';
import { folderStore } from '@understory/environment-node';
import { headline, imageText } from '@understory/report/text';
import { json } from '../formatters/json.ts';
import type { Io } from '../io.ts';
import { defaultModel, withDrawing, withOutput, withRunning } from '../options.ts';
import { progressOn } from '../progress.ts';
import type { CommandContext } from '../command-context.ts';
import { styleFor } from '../style.ts';
import { commonSpec } from '../spec-of.ts';
import { environmentOf } from '../environment-of.ts';

/** The methods that the sheet compares. */
const explainers = ['cam', 'gradcam', 'gradcam++', 'layercam'];

/** What the sheet says of an earlier layer. */
const earlierWords = { caption: 'at an earlier layer', missing: 'reads only the last layer' };

const samples = fileURLToPath(new URL('../../samples', import.meta.url));

const details = `
Explains the three bundled photographs with the bundled ImageNet network, offline. Each map is scaled from its minimum to its
maximum. In a network that ends in global average pooling and one linear layer, as this one does, CAM and Grad-CAM of the last
layer are proportional and look the same; the sheet also shows an earlier layer, where the methods differ.

Examples:
  understory demo
  understory demo --out pictures --colour-map jet
`;

export function demoCommand(program: Command, { io }: CommandContext): void {
  define(program).action((options) => demo(options, io));
}

function define(program: Command) {
  const command = program
    .command('demo')
    .description('explain three photographs with the bundled network, and compare four methods on one sheet')
    .option('--out <folder>', 'the output folder', 'out/demo');
  return withDrawing(withRunning(withOutput(command))).addHelpText('after', details);
}

type DemoOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function demo(options: DemoOptions, io: Io): Promise<void> {
  const environment = environmentOf(io, options);
  const spec = commonSpec({ ...options, model: defaultModel });
  const asked = { explainers, layer: 'auto' };
  const setup = await withPlugins(spec, environment, (loaded) => setUp(spec, asked, environment, loaded));
  try {
    const { host, opened, subject, configurationPath: configuration = null } = setup;
    const { preprocessing } = setup.preprocessing;
    const store = folderStore(resolve(io.cwd, options.out));
    await store.prepare('');
    const style = styleFor(io.stdout, io.env);
    const model = modelRecord(opened);
    if (!options.json) io.stdout.write(headline(model, preprocessing, undefined, style));

    const { images } = await environment.findImages([samples]);
    const progress = progressOn(io, images.length, { quiet: options.quiet === true });
    const results: ImageRecord[] = [];
    const records = new ImageRecords(subject);
    const rows: ContactSheetRow[] = [];
    const shown = explainers.map((id) => shownExplainer(host, id));
    const { codec } = environment;
    const writing = { ...options, overlay: true, npy: false, store, codec };
    const run = { batch: images.length, seed: 0, signal: io.signal };
    const request = { ...run, images, subject, preprocessing, targets: targetsOf('top1', subject) };
    try {
      const explained = await allOf({ ...request, explainers: setup.explainers });
      const earlier = earlierLayer(opened.model, explained);
      const finer =
        earlier && (await allOf({ ...request, explainers: readingLayer(setup.explainers, host, earlier.name) }));
      for (const [at, outcome] of explained.entries()) {
        for (const map of outcome.maps) records.of(outcome, await writeMap({ ...outcome, map }, subject, writing));
        const record = records.finish(outcome);
        results.push(record);
        append(rows, await sheetRows(outcome, { ...record, image: outcome.image.name }, shown, options));
        const again = finer?.[at];
        if (again !== undefined) {
          const below = await sheetRows(again, record, shown, { ...options, ...earlierWords });
          append(
            rows,
            below.map(({ cells }) => ({ cells })),
          );
        }
        if (!options.json) io.stdout.write(imageText(record, style));
        progress.advance(outcome.image.name);
      }
    } finally {
      progress.stop();
    }

    const sheetName = 'contact-sheet.png';
    const sheet = join(options.out, sheetName);
    const drawn = await contactSheet({
      title: `Heat maps of ${model.name} for its top class: last layer, and an earlier one`,
      rows,
      legend: mapLegend(options.colourMap),
    });
    await store.write(sheetName, await codec.encodePng(drawn));
    if (options.json) {
      const { colourMap, opacity } = options;
      const parameters = { explainers, targets: ['top1'], layer: 'auto', colourMap, opacity };
      const record = {
        model,
        backends: setup.backends(),
        preprocessing,
        parameters,
        seed: run.seed,
        configuration,
        versions: versionsOf(host, environment),
      };
      io.stdout.write(json({ ...record, images: results, contactSheet: sheet }));
    } else io.stdout.write(`\nSide by side: ${style.bold(sheet)}\n`);
  } finally {
    await setup.close();
  }
}

type ExplainedImage = Extract<Outcome, { kind: 'image' }>;

/** The photographs are known to be good, so that any failure is one of the command. */
async function allOf(request: ExplainImagesRequest): Promise<readonly ExplainedImage[]> {
  const explained: ExplainedImage[] = [];
  for await (const outcome of explainImages(request)) {
    if (outcome.kind === 'image') explained.push(outcome);
    else if (outcome.kind !== 'map') throw outcome.error;
  }
  return explained;
}

/** The last layer that sees finer than the one that explainers chose: there the methods part. */
function earlierLayer(model: Model, [explained]: readonly ExplainedImage[]): LayerSpec | undefined {
  const coarse = Math.max(0, largestOf(explained?.maps.map(({ heat }) => heat.height) ?? []));
  return model.layers.findLast(({ dims }) => dims?.length === 4 && typeof dims[2] === 'number' && dims[2] > coarse);
}

/** Those that can read any layer, at that one; without gradients there is only the layer that the method is defined on. */
function readingLayer(all: readonly NamedExplainer[], host: Host, layer: string): readonly NamedExplainer[] {
  const free = host.list('explainer').filter(({ needs }) => needs?.includes('gradients'));
  return all.filter(({ id }) => free.some((each) => each.id === id)).map((named) => ({ ...named, layer }));
}
