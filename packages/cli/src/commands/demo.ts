import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '@commander-js/extra-typings';
import type { Host } from '@understory/core';
import { contactSheet, encodePng, type ContactSheetRow, type OverlayOptions } from '@understory/imaging';
import { drawMap } from '../draw-map.ts';
import { explainImages, type Outcome } from '../explain-images.ts';
import { topFive, writeExplanation, type ImageRecord } from '../explanation-record.ts';
import { findImages } from '../find-images.ts';
import { headline, imageText } from '../formatters/explanation.ts';
import { json } from '../formatters/json.ts';
import { percent } from '../formatters/text.ts';
import type { Io } from '../io.ts';
import { defaultModel } from '../open-model.ts';
import { withDrawing, withRunning } from '../options.ts';
import { progressOn } from '../progress.ts';
import { className, modelRecord, versionsOf } from '../record.ts';
import type { CommandContext } from '../run.ts';
import { setUp } from '../setup.ts';
import { styleFor } from '../style.ts';
import { slotsOf } from '../targets.ts';
import { prepareFolder, writeWhole } from '../write-file.ts';

/** The methods that the sheet compares. */
const explainers = ['cam', 'gradcam', 'gradcam++', 'layercam'];

const samples = fileURLToPath(new URL('../../samples', import.meta.url));

const details = `
Takes the three photographs that come with the command and the bundled ImageNet network, without any connection. Each map is
scaled from its own smallest to its own largest value; where a network ends in global average pooling and one linear layer, as
this one does, CAM and Grad-CAM differ by a factor alone and look the same.

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
    .option('--out <folder>', 'where files go', 'out/demo')
    .option('--json', 'print one JSON document')
    .option('--quiet', 'no progress on stderr');
  return withDrawing(withRunning(command)).addHelpText('after', details);
}

type DemoOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function demo(options: DemoOptions, io: Io): Promise<void> {
  const setup = await setUp({ ...options, model: defaultModel }, { explainers, layer: 'auto' }, io);
  try {
    const { host, opened, classifier } = setup;
    const { preprocessing } = setup.preprocessing;
    await prepareFolder(resolve(io.cwd, options.out));
    const style = styleFor(io.stdout, io.env);
    const model = modelRecord(opened);
    if (!options.json) io.stdout.write(headline(model, preprocessing, undefined, style));

    const { images } = await findImages([samples], io.cwd);
    const progress = progressOn(io, images.length, { quiet: options.quiet === true });
    const results: ImageRecord[] = [];
    const rows: ContactSheetRow[] = [];
    const writing = { ...options, cwd: io.cwd, overlay: true, npy: false };
    const slots = slotsOf('top1', classifier);
    const run = { cwd: io.cwd, batch: images.length, seed: 0, signal: io.signal };
    try {
      const request = { ...run, images, classifier, preprocessing, slots, explainers: setup.explainers };
      for await (const outcome of explainImages(request)) {
        if (outcome.kind !== 'image') throw outcome.error;
        const { record, failures } = await writeExplanation(outcome, classifier, writing);
        for (const { error } of failures) throw error;
        results.push(record);
        const [best] = topFive(classifier, outcome.prediction);
        const title = `${outcome.image.name}: ${best === undefined ? '' : `${className(best)}, ${percent(best.probability)}`}`;
        rows.push({ title, cells: cellsOf(outcome, host, options) });
        if (!options.json) io.stdout.write(imageText(record, style));
        progress.advance(outcome.image.name);
      }
    } finally {
      progress.stop();
    }

    const sheet = join(options.out, 'contact-sheet.png');
    const drawn = await contactSheet({
      title: `Where ${model.name} looked for its best class`,
      rows,
      legend: { colourMap: options.colourMap, title: 'importance within each map', low: 'lowest', high: 'highest' },
    });
    await writeWhole(resolve(io.cwd, sheet), await encodePng(drawn));
    if (options.json) {
      const parameters = {
        explainers,
        targets: ['top1'],
        layer: 'auto',
        colourMap: options.colourMap,
        opacity: options.opacity,
      };
      const record = { model, preprocessing, parameters, seed: run.seed, versions: versionsOf(host, io) };
      io.stdout.write(json({ ...record, images: results, contactSheet: sheet }));
    } else io.stdout.write(`\nSide by side: ${style.bold(sheet)}\n`);
  } finally {
    await setup.close();
  }
}

function cellsOf(
  { picture, maps }: Extract<Outcome, { kind: 'image' }>,
  host: Host,
  options: OverlayOptions,
): ContactSheetRow['cells'] {
  const titles = new Map(host.list('explainer').map(({ id, title }) => [id, title]));
  return [
    { image: picture, caption: 'what the network saw' },
    ...maps.map(({ explainer, heat }) => ({
      image: drawMap(picture, heat, options),
      caption: `${titles.get(explainer) ?? explainer} (${heat.height} x ${heat.width})`,
    })),
  ];
}
