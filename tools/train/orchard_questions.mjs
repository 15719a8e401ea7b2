/**
 * Writes scenes of the orchard with questions about them, as orchard_mdetr.py reads them. `npm run build` comes first.
 *
 *   node tools/train/orchard_questions.mjs FOLDER --seed 1 --count 4000 [--size 64] [--plain]
 *
 * FOLDER/images.u8 holds `[count, 2, size, size, 3]` bytes: each scene, and the scene with its two fruit in each other's place.
 * FOLDER/scenes.jsonl holds one scene a line: of both pictures, and of the mirror images of both, the fruit and the questions.
 * With --plain all scenes are those of the data set's defaults; otherwise one in four is cluttered or hard.
 */
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exchangePlaces, mirror, orchardScene, questions, render } from '@understory/datasets/orchard';
import { resize } from '@understory/imaging';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '4000' },
    size: { type: 'string', default: '64' },
    plain: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
const [count, size] = [Number(values.count), Number(values.size)];
if (folder === undefined) throw new Error('give the folder to write to');

const usual = [{}, {}, {}, {}, {}, {}, {}, {}, {}];
const others = [{ clutter: 1 }, { clutter: 2 }, { difficulty: 'hard' }];
const manners = values.plain ? [{}] : [...usual, ...others];

/** Half the pictures are drawn at twice the size and resized, as pictures of users will be. */
function picture(scene, index) {
  if (index % 2 === 0) return render(scene, size).data;
  return resize(render(scene, 2 * size), { width: size, height: size }, 'bicubic').data;
}

const sides = ({ x, y, width, height }) => [x, y, width, height];

function described(scene) {
  return {
    objects: scene.objects.map(({ kind, colour, box }) => ({ kind, colour, box: sides(box) })),
    questions: questions(scene).map(({ kind, phrasings, answer, answerType, box }) => ({
      ...{ kind, phrasings, answer, answerType },
      ...(box && { box: sides(box) }),
    })),
  };
}

await mkdir(folder, { recursive: true });
const images = await open(join(folder, 'images.u8'), 'w');
const lines = await open(join(folder, 'scenes.jsonl'), 'w');
for (let index = 0; index < count; index += 1) {
  const scene = orchardScene(values.seed, index, { size, ...manners[index % manners.length] });
  const pair = [scene, exchangePlaces(scene)];
  for (const each of pair) await images.write(picture(each, Math.floor(index / manners.length)));
  await lines.write(`${JSON.stringify([...pair, ...pair.map(mirror)].map(described))}\n`);
}
await images.close();
await lines.close();
await writeFile(
  join(folder, 'about.json'),
  `${JSON.stringify({ seed: values.seed, count, size, plain: values.plain })}\n`,
);
