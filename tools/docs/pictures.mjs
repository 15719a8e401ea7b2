/**
 * Makes the pictures of the README, `docs/images/*.png`, by the commands that stand beside them there; `npm run pictures`, which builds first.
 * Sheets are shrunk to the width of a page and written with 128 colours.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { orchardScene, render } from '@understory/datasets/orchard';
import { encodePng } from '@understory/imaging/sharp';

const command = fileURLToPath(new URL('../../packages/cli/bin/understory.js', import.meta.url));
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const widest = 912;

const folder = await mkdtemp(join(tmpdir(), 'understory-pictures-'));
const scene = orchardScene('readme', 3, { size: 320, clutter: 2, background: 'gradient' });
await writeFile(join(folder, 'orchard.png'), await encodePng(render(scene)));

const methods = ['--explainer', 'layercam,saliency,occlusion', '--sheet', '--no-overlay'];
const pictures = {
  demo: { argv: ['demo'], sheet: 'contact-sheet.png' },
  detector: {
    argv: ['explain', 'orchard.png', '--model', 'orchard-detector', '--target', 'box:apple,box:pineapple', ...methods],
  },
  segmenter: {
    argv: [
      'explain',
      'orchard.png',
      '--model',
      'orchard-segmenter',
      '--target',
      'region:apple,region:pineapple',
      ...methods,
    ],
  },
};

for (const [name, { argv, sheet = 'sheet.png' }] of Object.entries(pictures)) {
  await promisify(execFile)(process.execPath, [command, ...argv, '--quiet', '--out', name], { cwd: folder });
  const file = join(images, `${name}.png`);
  const drawn = sharp(join(folder, name, sheet)).resize({ width: widest, withoutEnlargement: true });
  const { width, height, size } = await drawn.png({ palette: true, colours: 128, effort: 10 }).toFile(file);
  console.log(`${name}.png: ${width} x ${height}, ${size} bytes`);
}
await rm(folder, { recursive: true });
