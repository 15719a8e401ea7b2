import { type ImageCodec, overlay, resize, type RgbImage, scaleForColours, upsample } from '@understory/imaging';
import { studyErrors, type AttackExample, type AttackExampleRecord, type RunAttack } from '@understory/studies';
import {
  asProblem,
  byExampleRank,
  fileOfExample,
  percent,
  readAttackExampleRecords,
  readOfExample,
  type StoredExample,
} from '@understory/studies/results';
import type { Drawing, ExampleDrawing } from '../examples.ts';
import type { Picture, PictureRow } from '../figures/picture-grid.ts';
import { readNpy } from '../read-npy.ts';
import { epsilonText } from './naming.ts';

/** Images beyond this, and attacks beyond that, make a page heavy and show no more. */
const mostImages = 4;
const mostAttacks = 8;

/** The sides that pictures are brought to: enlarged without smoothing by a whole factor, or shrunk. */
const leastSide = 128;
const mostSide = 176;

/**
 * The images that a run kept pictures of, those first that its seed prefers: a row for the image and one for each attack. An example
 * that cannot be read is a problem and left out; where one of its pictures is missing, that is a problem and a frame says so.
 */
export async function attackExamples(
  attacks: readonly RunAttack[],
  drawing: ExampleDrawing,
): Promise<readonly (readonly PictureRow[])[]> {
  const { store, seed, onProblem } = drawing;
  const stored = await readAttackExampleRecords(store, onProblem);
  const drawn: (readonly PictureRow[])[] = [];
  for (const each of byExampleRank(stored, ({ record }) => record.item, seed).slice(0, mostImages)) {
    try {
      drawn.push(await rowsOf(each, attacks, drawing));
    } catch (error) {
      onProblem(asProblem(error, each.folder));
    }
  }
  return drawn;
}

async function rowsOf(
  { folder, record }: StoredExample<AttackExampleRecord>,
  attacks: readonly RunAttack[],
  drawing: ExampleDrawing,
): Promise<readonly PictureRow[]> {
  const { codec } = drawing;
  const { item, originalLabel, original, targetLabel, target, originalProbability, maps } = record;
  const says = saidText(original, originalLabel, originalProbability);
  const aim = targetLabel ?? `class ${target}`;
  const targeted = targetLabel !== originalLabel || target !== original;
  const isNumber = original === null;
  // Of a number that is lowered there is one map, that of what it is about.
  const answered = aim.startsWith('-') ? aim.slice(1) : 'the original answer';
  const explained = isNumber ? answered : 'the original class';
  const isMapped = maps.target !== null || (target !== null && target !== original);
  const read = (name: string) => readPart(fileOfExample(folder, name), drawing);
  const untouched = await read(record.picture);
  const mapOf = (picture: RgbImage | undefined, file: string | null, caption: string, alt: string) =>
    mapped(picture, file === null ? null : fileOfExample(folder, file), drawing, { caption, alt });
  const first: PictureRow = {
    title: `${item}: ${says}${targeted ? `; the target is ${aim}` : ''}`,
    pictures: [
      await shown(untouched, codec, { caption: `original: ${says}`, alt: `${item}, original` }),
      ...(record.explainer === null
        ? []
        : [
            await mapOf(untouched, maps.original, `heat map of ${explained}`, `${item}, heat map of ${explained}`),
            ...(isMapped
              ? [await mapOf(untouched, maps.target, 'heat map of the target', `${item}, heat map of the target`)]
              : []),
          ]),
    ],
  };
  const known = new Map(attacks.map((each) => [each.name, each]));
  const rows = record.attacks.slice(0, mostAttacks).map(async (example): Promise<PictureRow> => {
    const { attack, maps: after, factor } = example;
    const picture = await read(example.picture);
    const budget = known.get(attack)?.budget;
    const within = budget === undefined ? '' : `, ${epsilonText(budget.epsilon, budget.norm)}`;
    return {
      title: `${attack}: ${outcomeText(example)}`,
      minor: true,
      pictures: [
        await shown(picture, codec, {
          caption: `adversarial: ${saidText(example.predicted, example.predictedLabel, example.probability)}`,
          alt: `${item}, attacked through ${attack}`,
        }),
        await shown(await read(example.perturbation), codec, {
          caption: `the perturbation, amplified ${factor} times${within}`,
          alt: `${item}, change through ${attack}`,
        }),
        await shown(await read(example.mask), codec, {
          caption: 'the mask: white may change',
          alt: `${item}, mask ${attack}`,
        }),
        ...(record.explainer === null
          ? []
          : [
              await mapOf(
                picture,
                after.original,
                isNumber ? `heat map of ${explained}, after` : 'original class, after',
                `${item}, heat map of ${explained} after ${attack}`,
              ),
              ...(isMapped
                ? [
                    await mapOf(
                      picture,
                      after.target,
                      'target, after',
                      `${item}, heat map of the target after ${attack}`,
                    ),
                  ]
                : []),
            ]),
      ],
    };
  });
  return [first, ...(await Promise.all(rows))];
}

/** What the network says, with its probability where it gives one. */
function saidText(index: number | null, label: string | null, probability: number | null): string {
  const said = label ?? (index === null ? '' : `class ${index}`);
  return probability === null ? said : `${said}, ${percent(probability)}`;
}

function outcomeText({ success, evaluations }: AttackExample): string {
  if (success === null) return 'not attacked';
  return success ? `success after ${evaluations} evaluations` : `no success in ${evaluations} evaluations`;
}

type Words = Pick<Picture, 'caption' | 'alt'>;

async function mapped(
  picture: RgbImage | undefined,
  path: string | null,
  drawing: ExampleDrawing,
  words: Words,
): Promise<Picture> {
  const bytes = path === null || picture === undefined ? undefined : await bytesOf(path, drawing);
  if (picture === undefined || path === null || bytes === undefined) {
    return { image: undefined, absent: 'no map', ...words };
  }
  const large = upsample(readNpy(bytes, path), picture.height, picture.width, 'bicubic');
  const map = scaleForColours(large, drawing.colours);
  return shown(overlay(picture, map, { colourMap: drawing.colours }), drawing.codec, words);
}

async function shown(image: RgbImage | undefined, codec: ImageCodec, words: Words): Promise<Picture> {
  if (image === undefined) return { image, ...words };
  const { width, height } = image;
  const longer = Math.max(width, height);
  const factor = Math.max(1, Math.ceil(leastSide / longer));
  if (factor > 1) {
    const large = resize(image, { width: factor * width, height: factor * height }, 'nearest');
    return { image: { png: await codec.encodePng(large), enlarged: true }, ...words };
  }
  const scale = Math.min(1, mostSide / longer);
  const size = { width: Math.max(1, Math.round(scale * width)), height: Math.max(1, Math.round(scale * height)) };
  return { image: { png: await codec.encodePng(resize(image, size, 'bilinear')), enlarged: false }, ...words };
}

/** Undefined where there is no such file, which is a problem. */
async function readPart(path: string, drawing: Drawing): Promise<RgbImage | undefined> {
  const bytes = await bytesOf(path, drawing);
  if (bytes === undefined) return undefined;
  return drawing.codec.decode(bytes, path).catch((error: unknown) => {
    throw studyErrors.exampleNotReadable({ path, found: (error as Error).message });
  });
}

async function bytesOf(path: string, { store, onProblem }: Drawing): Promise<Uint8Array | undefined> {
  try {
    return await readOfExample(store, path);
  } catch (error) {
    onProblem(asProblem(error, path));
    return undefined;
  }
}
