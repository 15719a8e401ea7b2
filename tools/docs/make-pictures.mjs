import { execFile } from 'node:child_process';
import { cp, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { orchardScene, render } from '@understory/datasets/orchard';
import { contactSheet } from '@understory/imaging/contact-sheet';
import { encodePng, sharpCodec } from '@understory/imaging/sharp';
import sharp from 'sharp';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const command = join(repository, 'packages/cli/bin/understory.js');
const widest = 912;
/** The square into which each picture of the four jobs is fitted. */
const cellSize = 432;

/** Puts into a folder the pictures that the commands of the gallery name. */
export async function layOut(folder) {
  for (const name of ['coffee.png', 'chelsea.png']) {
    await cp(join(repository, 'packages/cli/samples', name), join(folder, name));
  }
  const scene = orchardScene('readme', 3, { size: 320, clutter: 2, background: 'gradient' });
  await writeFile(join(folder, 'orchard.png'), await encodePng(render(scene)));
}

/** Runs a command line of the gallery in a folder; throws with what it said where it fails. */
export async function runLine(line, folder) {
  const words = Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, word]) => quoted ?? word);
  await promisify(execFile)(process.execPath, [command, ...words.slice(1), '--quiet'], { cwd: folder });
}

/** The paths of a picture, or of several, in the folder of the commands. */
export function inFolder(folder, picture) {
  return Array.isArray(picture) ? picture.map((each) => join(folder, each)) : join(folder, picture);
}

/** Writes a picture as wide as a page at most, with 128 colours, or several below each other; gives its size. */
export async function shrink(from, to) {
  const source = Array.isArray(from) ? await stacked(from) : from;
  const drawn = sharp(source).resize({ width: widest, withoutEnlargement: true });
  return drawn.png({ palette: true, colours: 128, effort: 10 }).toFile(to);
}

/** Pictures below each other on white, as large as they are. */
async function stacked(paths) {
  const sizes = await Promise.all(paths.map((path) => sharp(path).metadata()));
  const width = Math.max(...sizes.map((size) => size.width));
  const height = sizes.reduce((sum, size) => sum + size.height, 0);
  const parts = paths.map((input, at) => ({
    ...{ input, left: 0, top: sizes.slice(0, at).reduce((sum, size) => sum + size.height, 0) },
  }));
  const canvas = { width, height, channels: 3, background: '#ffffff' };
  return sharp({ create: canvas }).composite(parts).png().toBuffer();
}

/** The picture of all four jobs, of what their commands wrote. */
export async function drawFourJobs({ cells }, folder) {
  const rows = await Promise.all(
    cells.map(async (row) => ({
      cells: await Promise.all(
        row.map(async ({ picture, caption }) => {
          const path = join(folder, picture);
          const file = (await stat(path)).isDirectory() ? join(path, (await readdir(path))[0]) : path;
          const fitted = await sharp(file)
            .flatten({ background: '#fff' })
            .resize({ width: cellSize, height: cellSize, fit: 'inside' });
          return { image: await sharpCodec.decode(await fitted.png().toBuffer(), file), caption };
        }),
      ),
    })),
  );
  return encodePng(await contactSheet({ rows, cellSize }));
}
