// Makes the pictures of the README and of the pages in docs/, `docs/images/*.png`, by the commands of gallery.mjs; `npm run pictures`, which builds first.
// `npm run pictures -- --studio` makes those of the studio alone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fourJobs, gallery } from './gallery.mjs';
import { buildStudio, photographStudio } from './studio.mjs';
import { drawFourJobs, inFolder, layOut, runLine, shrink } from './make-pictures.mjs';

const { studio: isStudioAlone } = parseArgs({ options: { studio: { type: 'boolean', default: false } } }).values;
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'understory-pictures-'));
try {
  const made = isStudioAlone ? [] : await byCommands();
  await buildStudio(join(folder, 'studio'));
  const shots = await photographStudio(join(folder, 'studio'), folder);
  if (shots.length === 0) console.log('there is no Chromium: the pictures of the studio stay as they are');
  for (const name of shots) made.push([join(folder, name), name]);
  for (const [from, file] of made) {
    const { width, height, size } = await shrink(from, join(images, file));
    console.log(`${file}: ${width} x ${height}, ${size} bytes`);
  }
} finally {
  await rm(folder, { recursive: true });
}

/** What commands draw: files with the names that they get. */
async function byCommands() {
  await layOut(folder);
  const committed = gallery.filter(({ file }) => file !== undefined);
  const lines = [...committed.flatMap(({ commands }) => commands), ...fourJobs.commands];
  for (const line of new Set(lines)) await runLine(line, folder);
  const made = committed.map(({ picture, file }) => [inFolder(folder, picture), file]);
  return [...made, [await drawFourJobs(fourJobs, folder), fourJobs.file]];
}
