import type { DatasetItem } from '@understory/core';
import type { RgbImage } from '@understory/imaging';
import { decodeImage, encodePng } from '@understory/imaging/sharp';
import { chooseSplit } from '../choose-split.ts';
import { datasetErrors } from '../errors.ts';
import { isPicture, kindOf, readPicture, walk } from '../files.ts';
import {
  captionTests,
  changedPictures,
  counterpart,
  exchangeColours,
  exchangePlaces,
  middleSquare,
  orchardScene,
  questions,
  render,
} from '../orchard/index.ts';
import type { Scene } from '../orchard/index.ts';
import { orchardOptionsText } from '../parse-orchard-options.ts';
import type { OrchardOptions } from '../parse-orchard-options.ts';
import type { DatasetReader } from '../reader.ts';
import { rowId } from '../row-id.ts';

/**
 * Scenes of fruit that are drawn when they are asked for, with caption tests, questions and the box of each fruit. Splits have scenes
 * of their own. Throws DATASET_SPLIT_MISSING, and DATASET_NOT_FOUND, DATASET_EMPTY or DATASET_IMAGE_NOT_READABLE for photographs.
 */
export async function openOrchard(options: OrchardOptions, asked: string | undefined): Promise<DatasetReader> {
  const { seed = '0', count = 400, photographs: folder, ...scenes } = options;
  const splits = ['train', 'validation', 'test'];
  const split = chooseSplit({ path: 'orchard', splits, asked, lookedFor: 'train, validation or test' });
  const photographs = folder === undefined ? [] : await readPhotographs(folder, scenes.size ?? 128);
  const text = orchardOptionsText(options);
  return {
    name: `orchard${text === '' ? '' : `:${text}`}/${split}`,
    classes: undefined,
    size: count,
    async *items(start) {
      for (let row = start; row < count; row += 1) {
        yield itemOf(rowId(split, row), orchardScene(`${seed} ${split}`, row, { ...scenes, photographs }));
      }
    },
  };
}

function itemOf(id: string, scene: Scene): DatasetItem {
  const others: Record<string, () => Promise<Uint8Array>> = {};
  const tests = captionTests(scene).map((test) => {
    const other = counterpart(scene, test);
    if (other === undefined) return test;
    const name = `${test.kind} turned round`;
    others[name] = () => encodePng(render(other));
    return { ...test, counterpart: name };
  });
  const asked = questions(scene);
  const changes = { [changedPictures.places]: exchangePlaces, [changedPictures.colours]: exchangeColours };
  for (const [name, change] of Object.entries(changes)) {
    const isAsked = asked.some((question) => question.counterpart?.picture === name);
    if (isAsked) others[name] = () => encodePng(render(change(scene)));
  }
  return {
    id,
    read: () => encodePng(render(scene)),
    boxes: scene.objects.map(({ box }) => box),
    captionTests: tests,
    otherPictures: others,
    questions: asked,
  };
}

/** The pictures in a folder, each already the square of the scenes' size. */
async function readPhotographs(folder: string, size: number): Promise<readonly RgbImage[]> {
  if ((await kindOf(folder)) !== 'folder') {
    throw datasetErrors.notFound({ path: folder, expected: 'a folder of pictures' });
  }
  const photographs: RgbImage[] = [];
  for await (const file of walk(folder)) {
    if (!isPicture(file)) continue;
    photographs.push(middleSquare(await decodeImage(await readPicture(folder, file), file), size));
  }
  if (photographs.length === 0) throw datasetErrors.empty({ path: folder, lookedFor: 'pictures' });
  return photographs;
}
