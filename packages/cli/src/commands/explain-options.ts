import type { Command } from '@commander-js/extra-typings';
import type { StudySpecInput } from '@understory/studies';
import { layout, selections, wholeNumber } from '../option-values.ts';
import { defaultModel, layoutHelp, withDrawing, withOutput, withRunning, withTensors } from '../options.ts';
import { withPreprocessing } from '../preprocessing-options.ts';
import { commonSpec, defined } from '../spec-of.ts';

const details = `
Images are files, folders (their JPEG, PNG and WebP files) and patterns in quotes such as "photos/**/*.jpg".

"--explainer all" means every explainer that applies to the model: those that run it many times for each map, such as rise, after the
others, baselines last; "all,rise:masks=500" is faster. Those that do not apply are named in notes. A run that is interrupted still writes
the sheet and the page, of what is done.
--sheet writes all maps side by side as <out>/sheet.png, sheet-1.png and so on for many; --html writes <out>/explanation.html, a
page that needs nothing beside itself.

Targets are comma-separated: topN for the N best of what the model says of each image, a class index from 0, or a label; box:0,
box:dog, boxes; caption:2, captions, contrast:1; answer:attr:red, phrase:dog; region:cat, pixel:120,80; char:4; similarity; OUTPUT where it holds one number, and OUTPUT[3,2] or OUTPUT[1,10:20] for
an element or a region of any. A minus in front asks what lowers it: --target=-age. The command inspect lists those of a model.

Files: <out>/<image>.<explainer>.<target>.png, the heat map over the preprocessed image, and with --npy also
.npy, the raw map as float32 [H, W] at the resolution of the layer. <image> is the file name without its extension (with the
extension or folders where two images share a name), <target> is top1, top2 ... or the class as given. For the overlay each
map is upsampled with bilinear interpolation and half-pixel centres, then scaled from its minimum to its maximum, so that
colours of two maps are not comparable. With --colour-map rdbu, for maps with signs, it is scaled by the 99.9th percentile of its
magnitudes: red speaks for what is explained, blue against it, and white is zero.

An image that cannot be read and an explainer that does not apply are reported on stderr, the others are processed, and the exit
code is 2. With --json stdout is one document that names every file written, and errors on stderr are one JSON object per line.

Examples:
  understory explain cat.png
  understory explain photos/*.jpg --explainer cam,gradcam,layercam --target top1,"tabby" --out out --npy --json
  understory explain cat.png --explainer cam,gradcam --backend onnx --backend explain-gradcam=tfjs
  understory explain fruit.jpg --model path/to/clip --text "the left apple" --against "the right apple" --sheet
  understory explain fruit.jpg --model path/to/mdetr --question "What color is the left apple?" --answer attr:red
  understory explain cat.png --layer _blocks.10._swish_1 --explainer layercam
  understory explain cat.png --model model.onnx --size 224 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --labels labels.txt
`;

/** The arguments, options and help of `explain`. */
export function defineExplain(program: Command) {
  const command = program
    .command('explain')
    .description('explain predictions: classes, probabilities and a heat map for each image')
    .argument('<images...>', 'images, folders of images, or patterns')
    .option('--explainer <list>', 'ids of explainers, which `understory plugins` lists, or all', selections, [
      'gradcam',
    ])
    .option(
      '--target <list>',
      'what to explain: top1, a class index, a label, box:0 ... (default: top1, or all captions)',
    )
    .option('--answer <answer>', 'the answer to --question that is explained, such as attr:red')
    .option('--preset <name>', 'a named set of settings of the task, such as paper for image-text models')
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--out <folder>', 'the output folder', 'out')
    .option('--npy', 'also write the raw maps')
    .option('--sheet', 'also write all maps side by side: sheet.png')
    .option('--html', 'also write one self-contained page: explanation.html')
    .option('--no-overlay', 'write no overlay pictures')
    .option('--print-spec', 'print the study as JSON, for `understory run`, and exit')
    .option('--batch <n>', 'how many images per batch', wholeNumber(1), 8)
    .option('--seed <n>', 'random seed, for explainers that use one', wholeNumber(0), 0);
  return withPreprocessing(withTensors(withRunning(withDrawing(withOutput(command))))).addHelpText('after', details);
}

export type ExplainOptions = ReturnType<ReturnType<typeof defineExplain>['opts']>;

/** The study that the options describe. */
export function specOf(
  images: readonly string[],
  options: ExplainOptions,
): Extract<StudySpecInput, { study: 'explain' }> {
  const { target, answer, preset, overlay, npy, sheet, html, colourMap, opacity, batch } = options;
  return {
    study: 'explain',
    ...commonSpec(options),
    images: { from: [...images] },
    explainers: [...options.explainer],
    ...defined({ target, answer, preset, overlay, npy, sheet, html, colourMap, opacity, batch }),
  };
}
