/**
 * Writes scenes of the orchard for training and for held-out tests, as orchard_clip.py reads them. `npm run build` comes first.
 *
 *   node tools/train/orchard_scenes.mjs FOLDER --seed 1 --count 12000 [--size 64] [--plain]
 *
 * FOLDER/images.u8 holds `[count, 3, size, size, 3]` bytes: each scene, the scene with its two fruit in each other's place, and the
 * scene with their colours exchanged. FOLDER/scenes.jsonl holds one scene a line: its axis, the fruit of the three pictures with
 * their boxes in pixels, and its tests of captions.
 * With --plain all scenes are those of the data set's defaults; otherwise one in four is cluttered, hard or easy.
 */
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { captionTests, exchangeColours, exchangePlaces, orchardScene, render } from '@understory/datasets/orchard';
import { resize } from '@understory/imaging';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '12000' },
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

await mkdir(folder, { recursive: true });
const images = await open(join(folder, 'images.u8'), 'w');
const lines = [];
for (let index = 0; index < count; index += 1) {
  const scene = orchardScene(values.seed, index, { size, ...manners[index % manners.length] });
  const twins = [scene, exchangePlaces(scene), exchangeColours(scene)];
  for (const twin of twins) {
    await images.write(picture(twin, Math.floor(index / manners.length)));
  }
  const tests = captionTests(scene).map(({ box, ...test }) => test);
  const objects = twins.map((twin) =>
    twin.objects.map(({ kind, colour, box: { x, y, width, height } }) => [kind, colour, x, y, width, height]),
  );
  lines.push(JSON.stringify({ axis: scene.axis, objects, tests }));
}
await images.close();
await writeFile(join(folder, 'scenes.jsonl'), `${lines.join('\n')}\n`);
await writeFile(
  join(folder, 'about.json'),
  `${JSON.stringify({ seed: values.seed, count, size, plain: values.plain })}\n`,
);
