import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset, parseDatasetSpec } from '@understory/datasets';
import sharp from 'sharp';

// node tools/analysis/recompress.mjs cifar10:../shared/data/cifar10 --limit 100 --quality 75 --out tmp/recompressed
// The images of a data set, encoded as JPEG once more, as a folder a class: what the encoding itself does to a measurement.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string' }, quality: { type: 'string', default: '75' }, out: { type: 'string' } },
});
const dataset = await openDataset(parseDatasetSpec(positionals[0]), { limit: Number(values.limit) });
for await (const item of dataset.items()) {
  const folder = join(values.out, String(item.label));
  await mkdir(folder, { recursive: true });
  const jpeg = sharp(await item.read()).jpeg({ quality: Number(values.quality) });
  await writeFile(join(folder, `${item.id.replaceAll('/', '-')}.jpg`), await jpeg.toBuffer());
}
