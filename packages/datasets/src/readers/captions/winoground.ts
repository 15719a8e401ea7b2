import { posix } from 'node:path';
import { datasetErrors } from '../../errors.ts';
import { chooseSplit } from '../../choose-split.ts';
import type { DatasetReader } from '../../reader.ts';
import { Entry, readJsonLines } from './entries.ts';
import { Captioned, firstOf, pictureFolder, present, readerOf } from './pictures.ts';

const files = ['data/examples.jsonl', 'examples.jsonl'];

/**
 * Winoground (Thrush et al. 2022) as it is downloaded: `data/examples.jsonl` and the images of `data/images.zip` unpacked into `data/images/`
 * or `data/`. An example is one item: its first image, with the second as the picture that makes the other caption true.
 * Throws DATASET_LABELS_MISSING, DATASET_LABELS_INVALID, DATASET_IMAGES_MISSING, DATASET_SPLIT_MISSING and DATASET_EMPTY.
 */
export async function openWinoground(path: string, asked: string | undefined): Promise<DatasetReader> {
  const file = await firstOf(path, files, 'file');
  if (file === undefined) throw datasetErrors.labelsMissing({ path, lookedFor: files, found: await present(path) });
  if (asked !== undefined) chooseSplit({ path, splits: ['test'], asked, lookedFor: 'test, the only split' });
  const own = posix.dirname(file);
  const folder = await pictureFolder(path, [posix.join(own, 'images'), own]);
  const whole = posix.join(path.replaceAll('\\', '/'), file);
  const captioned = new Captioned();
  for (const { line, value } of await readJsonLines(whole)) {
    const entry = new Entry(whole, { line }, value, ['image_0', 'image_1', 'caption_0', 'caption_1']);
    const [right, wrong] = [entry.text('caption_0'), entry.text('caption_1')];
    if (right === wrong) throw entry.invalid(`"${right}" twice`, 'captions that differ');
    const [first, second] = [imageOf(entry, 'image_0'), imageOf(entry, 'image_1')].map((name) =>
      posix.join(folder, name),
    );
    const part = entry.optionalText('collapsed_tag');
    captioned.add(first!, readerOf(path, first!), {
      tests: [{ kind: 'word-order', captions: [right], against: [wrong], counterpart: second!, ...(part && { part }) }],
      otherPictures: { [second!]: readerOf(path, second!) },
    });
  }
  return captioned.reader('winoground', path);
}

/** The file of an image, which the list names without its ending. */
function imageOf(entry: Entry, field: string): string {
  const name = entry.picture(field);
  return /\.(png|jpe?g)$/i.test(name) ? name : `${name}.png`;
}
