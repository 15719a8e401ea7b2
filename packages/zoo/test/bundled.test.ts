import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { listZoo, resolveModel } from '@understory/zoo';

const zoo = await listZoo();

describe('the bundled models', () => {
  it('are there', () => {
    expect(zoo.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['efficientnet-lite0', 'orchard-clip-blind', 'orchard-clip-sighted'],
        ...['orchard-mdetr-blind', 'orchard-mdetr-sighted'],
      ]),
    );
  });
});

describe.each(zoo)('$name', ({ name, card }) => {
  it('is the file that its card describes', async () => {
    const { source, text: { source: textTower } = {} } = await resolveModel(name);
    const text = await readFile(card, 'utf8');
    for (const { path } of [source, ...(textTower ? [textTower] : [])]) {
      expect(text).toContain(await described(dirname(card), path));
    }
  });

  it('is the same in every format that its card describes', async () => {
    const { otherSources: image = [], text: { otherSources: ofText = [] } = {} } = await resolveModel(name);
    const otherSources = [...image, ...ofText];
    const text = await readFile(card, 'utf8');
    for (const { path } of otherSources) {
      for (const file of await readdir(dirname(path))) {
        expect(text).toContain(await described(dirname(card), join(dirname(path), file)));
      }
    }
    expect(/`(?:\w+\/)?tfjs\//.test(text)).toBe(otherSources.length > 0);
  });

  it('has a card with source, licence, preprocessing and accuracy', async () => {
    const text = await readFile(card, 'utf8');
    const accuracy = /top-1 \d+|AP at an overlap of 0\.5 \d|mean overlap \(IoU\) \d|^## Accuracy$/m;
    for (const part of [/^license: /m, /^- weights: /m, /^## Preprocessing$/m, accuracy]) expect(text).toMatch(part);
  });

  it('has preprocessing, and labels or a tokenizer, in its folder or in the metadata of its file', async () => {
    const text = await readFile(card, 'utf8');
    if (text.includes('In the metadata of the file')) {
      const { source } = await resolveModel(name);
      expect(String(await readFile(source.path))).toMatch(/names[^{]*\{0: '\w+'/);
      return;
    }
    const { labels, preprocessing, text: texts } = await resolveModel(name);
    expect(preprocessing).toEqual(expect.any(Object));
    expect(labels ?? (await texts?.tokenizer())?.tokenizer).toEqual(expect.any(Object));
  });
});

/** A file as a card describes it. */
async function described(folder: string, path: string): Promise<string> {
  const bytes = await readFile(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return `\`${relative(folder, path)}\`, ${bytes.length.toLocaleString('en')} bytes, SHA-256 \`${sha256}\``;
}
