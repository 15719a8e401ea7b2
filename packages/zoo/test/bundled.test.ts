import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { listZoo, resolveModel } from '@understory/zoo';

const zoo = await listZoo();

describe('the bundled models', () => {
  it('are there', () => {
    expect(zoo.map(({ name }) => name)).toContain('efficientnet-lite0');
  });
});

describe.each(zoo)('$name', ({ name, card }) => {
  it('is the file that its card describes', async () => {
    const { source } = await resolveModel(name);
    const [text, bytes] = await Promise.all([readFile(card, 'utf8'), readFile(source.path)]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(text).toMatch(
      new RegExp(`\`onnx/model\\.onnx\`, ${bytes.length.toLocaleString('en')} bytes, SHA-256 \`${sha256}\``),
    );
  });

  it('has a card with source, licence, preprocessing and accuracy', async () => {
    const text = await readFile(card, 'utf8');
    for (const part of [/^license: /m, /^- weights: /m, /^## Preprocessing$/m, /top-1 \d+/]) expect(text).toMatch(part);
  });

  it('has labels and preprocessing', async () => {
    expect(await resolveModel(name)).toMatchObject({ labels: expect.any(Array), preprocessing: expect.any(Object) });
  });
});
