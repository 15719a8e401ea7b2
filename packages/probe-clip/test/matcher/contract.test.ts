import { afterAll, describe, it } from '@jest/globals';
import { subjectContract } from '@understory/testing';
import { clipFolder, openMatcher, readGolden, type OpenedMatcher } from './golden.ts';

const opened: OpenedMatcher[] = [];
afterAll(async () => {
  for (const each of opened) await each.close();
});

const cases: readonly (readonly [golden: string, path: string, against: readonly string[]])[] = [
  ['resnet', 'resnet/one-graph', []],
  ['vit', 'vit/transformers', ['a photo of nothing at all']],
  ['siglip', 'siglip/transformers/onnx/model.onnx', []],
];

for (const [golden, path, against] of cases) {
  const { captions, image } = await readGolden(golden);
  describe(path, () => {
    const open = async () => {
      const [first = '', second = ''] = captions;
      const asked = against.length > 0 ? { captions: [first], against } : { captions: [first, second] };
      const found = await openMatcher(clipFolder(path), asked);
      opened.push(found);
      return found.matcher;
    };
    for (const { name, run, timeout } of subjectContract({ open, pixels: image })) it(name, run, timeout);
  });
}
