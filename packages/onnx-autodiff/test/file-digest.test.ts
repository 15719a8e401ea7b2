import { expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fileDigest } from '../src/file-digest.ts';

const path = fileURLToPath(new URL('../../../fixtures/golden/networks/clip-dynamo/model.onnx', import.meta.url));

it('a file has one digest, computed here or in a thread of its own', async () => {
  const expected = createHash('sha256').update(readFileSync(path)).digest('hex');
  expect([await fileDigest(path), await fileDigest(path, 0)]).toEqual([expected, expected]);
});

it('a file that cannot be read has none', async () => {
  await expect(fileDigest(`${path}.missing`)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(fileDigest(fileURLToPath(new URL('.', import.meta.url)), 0)).rejects.toMatchObject({ code: 'EISDIR' });
});
