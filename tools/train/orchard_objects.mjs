/**
 * Writes scenes of the orchard with the boxes and pixels of their fruit, for the detector and the segmenter. `npm run build` comes first.
 *
 *   node tools/train/orchard_objects.mjs FOLDER --seed orchard-objects --count 12000 [--size 160]
 *
 * FOLDER/pictures.u8 holds `[count, size, size, 3]` bytes, FOLDER/classes.u8 `[count, size, size]`: 0 for the background, else one more than
 * the kind of the fruit. FOLDER/objects.json holds the names of the kinds, and for each scene `kinds` and `boxes` (x, y, width and height in
 * pixels) of its fruit. A third of the scenes each is easy, normal and hard, with none to three more fruit than two.
 */
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { difficulties, fruitKinds, objectMap, orchardScene, render } from '@understory/datasets/orchard';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: 'orchard-objects' },
    count: { type: 'string', default: '12000' },
    size: { type: 'string', default: '160' },
  },
});
const [folder] = positionals;
const [count, size] = [Number(values.count), Number(values.size)];
if (folder === undefined) throw new Error('give the folder to write to');

await mkdir(folder, { recursive: true });
const pictures = await open(join(folder, 'pictures.u8'), 'w');
const classes = await open(join(folder, 'classes.u8'), 'w');
const scenes = [];
for (let index = 0; index < count; index += 1) {
  const difficulty = difficulties[index % difficulties.length];
  const clutter = Math.floor(index / difficulties.length) % 4;
  const scene = orchardScene(values.seed, index, { size, difficulty, clutter });
  const kinds = scene.objects.map(({ kind }) => fruitKinds.indexOf(kind));
  await pictures.write(render(scene).data);
  await classes.write(objectMap(scene).map((object) => (object === 0 ? 0 : 1 + kinds[object - 1])));
  scenes.push({ kinds, boxes: scene.objects.map(({ box: { x, y, width, height } }) => [x, y, width, height]) });
}
await pictures.close();
await classes.close();
const about = { seed: values.seed, count, size, kinds: fruitKinds, scenes };
await writeFile(join(folder, 'objects.json'), `${JSON.stringify(about)}\n`);
