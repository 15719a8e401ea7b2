/** What the scripts share that write scenes and pictures of the orchard for training. */
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { orchardScene, render } from '@understory/datasets/orchard';
import { resize } from '@understory/imaging';

const usual = [{}, {}, {}, {}, {}, {}, {}, {}, {}];
const others = [{ clutter: 1 }, { clutter: 2 }, { difficulty: 'hard' }];

/**
 * Writes the folder that the command line names: `images.u8`, the pictures that `written` gives for each scene, one after another;
 * `scenes.jsonl`, what it says of each, one a line; and `about.json`. Without --count there are `usualCount` scenes.
 */
export async function writeScenes(usualCount, written) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: `${usualCount}` },
      size: { type: 'string', default: '64' },
      plain: { type: 'boolean', default: false },
    },
  });
  const [folder] = positionals;
  const { seed, plain } = values;
  const [count, size] = [Number(values.count), Number(values.size)];
  if (folder === undefined) throw new Error('give the folder to write to');

  const manners = plain ? [{}] : [...usual, ...others];
  await mkdir(folder, { recursive: true });
  const images = await open(join(folder, 'images.u8'), 'w');
  const lines = await open(join(folder, 'scenes.jsonl'), 'w');
  for (let index = 0; index < count; index += 1) {
    const scene = orchardScene(seed, index, { size, ...manners[index % manners.length] });
    const isLarge = Math.floor(index / manners.length) % 2 === 1;
    const { pictures, line } = written(scene);
    for (const picture of pictures) await images.write(pixels(picture, size, isLarge));
    await lines.write(`${JSON.stringify(line)}\n`);
  }
  await images.close();
  await lines.close();
  await writeFile(join(folder, 'about.json'), `${JSON.stringify({ seed, count, size, plain })}\n`);
}

/** A large one is drawn at twice the size and resized, as pictures of users will be. */
function pixels(scene, size, isLarge) {
  if (!isLarge) return render(scene, size).data;
  return resize(render(scene, 2 * size), { width: size, height: size }, 'bicubic').data;
}
