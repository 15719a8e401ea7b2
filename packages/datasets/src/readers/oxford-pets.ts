import { join } from 'node:path';
import type { Box, DatasetItem } from '@understory/core';
import { chooseSplit } from '../choose-split.ts';
import { datasetErrors } from '../errors.ts';
import { kindOf, list, readPicture, readText } from '../files.ts';
import { oxfordPetsToImagenet } from '../oxford-pets-to-imagenet.ts';
import { readVocBoxes } from '../read-voc-boxes.ts';
import type { DatasetReader } from '../reader.ts';

const breeds = oxfordPetsToImagenet.map(({ breed }) => breed);

/**
 * Oxford-IIIT Pet (Parkhi et al. 2012) in its official layout: `images/`, `annotations/test.txt` and `trainval.txt`, and the boxes of
 * heads in `annotations/xmls/` where they are. The test split unless another is asked for; the order is that of the list.
 * Throws DATASET_LABELS_MISSING, DATASET_LABELS_INVALID, DATASET_SPLIT_MISSING or DATASET_EMPTY.
 */
export async function openOxfordPets(path: string, asked = 'test'): Promise<DatasetReader> {
  const annotations = join(path, 'annotations');
  const lists = (await kindOf(annotations)) === 'folder' ? (await list(annotations)).files : [];
  const splits = ['test', 'trainval'].filter((split) => lists.includes(`${split}.txt`));
  const lookedFor = 'annotations/test.txt and annotations/trainval.txt';
  if (splits.length === 0)
    throw datasetErrors.labelsMissing({ path, lookedFor: [lookedFor], found: await present(path) });
  if ((await kindOf(join(path, 'images'))) !== 'folder') {
    throw datasetErrors.notFound({ path: join(path, 'images'), expected: 'the folder of pictures' });
  }
  const split = chooseSplit({ path, splits, asked, lookedFor });
  const file = join(annotations, `${split}.txt`);
  const pets = parseList(file, await readText(file));
  if (pets.length === 0) throw datasetErrors.empty({ path: file, lookedFor: 'one line a picture' });
  const boxed = (await kindOf(join(annotations, 'xmls'))) === 'folder';
  return {
    name: `oxford-pets/${split}`,
    classes: breeds,
    size: pets.length,
    async *items(start) {
      for (const { name, label } of pets.slice(start)) {
        const id = `images/${name}.jpg`;
        const boxes = boxed ? await boxesOf(join(annotations, 'xmls', `${name}.xml`)) : undefined;
        yield {
          id,
          label,
          read: () => readPicture(path, id),
          ...(boxes === undefined ? {} : { boxes }),
        } satisfies DatasetItem;
      }
    },
  };
}

async function present(path: string): Promise<readonly string[]> {
  if ((await kindOf(path)) !== 'folder') return ['a file'];
  const { files, folders } = await list(path);
  return [...folders.map((name) => `${name}/`), ...files];
}

/** Only some of the pictures have boxes. */
async function boxesOf(file: string): Promise<readonly Box[] | undefined> {
  return (await kindOf(file)) === undefined ? undefined : readVocBoxes(await readText(file), file);
}

/** Lines of `name class species breed`, the class counted from 1; lines that begin with # are comments. */
function parseList(file: string, text: string): readonly { readonly name: string; readonly label: string }[] {
  const seen = new Set<string>();
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [name = '', number = ''] = line.split(/\s+/);
    const label = /^\d+$/.test(number) ? breeds[Number(number) - 1] : undefined;
    if (label === undefined || name.includes('/') || seen.has(name)) {
      throw datasetErrors.labelsInvalid({
        file,
        line: index + 1,
        found: seen.has(name) ? `${name}, which an earlier line lists too` : `"${line}"`,
        expected: `a picture's name without .jpg, and its class from 1 to ${breeds.length}`,
      });
    }
    seen.add(name);
    return [{ name, label }];
  });
}
