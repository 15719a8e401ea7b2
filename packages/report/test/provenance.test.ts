import { expect, it } from '@jest/globals';
import { parseHTML } from 'linkedom';
import { html } from '../src/html.ts';
import { facts } from '../src/page/facts.ts';
import { provenance } from '../src/page/provenance.ts';
import { record } from './support.ts';

it('writes lists so that they break between two ids, and leaves out what says nothing', () => {
  const parameters = {
    dataset: { name: 'images', ids: ['test/00017', 'test/00035'], seed: null },
    ...{ devicesOf: {}, layers: [[null], [null]], grid: [4], target: { name: 'a.png', sha256: 'cc' } },
  };
  const special = [['controls', []] as const, ['Metrics', ''] as const];
  const page = html`${provenance({ ...record(), parameters }, { shown: [], special })}`;
  const rows = [...parseHTML(page.text).document.querySelectorAll('tr')].map((row) =>
    [...row.children].map(({ textContent }) => textContent),
  );
  expect(rows).toEqual(
    expect.arrayContaining([
      ['Data set: ids', 'test/00017, test/00035'],
      ['controls', 'none'],
      ['Metrics', 'none'],
      ['grid', '4'],
      ['target', '{ "name": "a.png", "sha256": "cc" }'],
    ]),
  );
  const names = rows.map(([name]) => name);
  expect(names).not.toContain('devicesOf');
  expect(names).not.toContain('layers');
});

it('breaks a specification only after what parts it', () => {
  const { text } = facts([['Data set', 'orchard:count=900,size=224/test']]);
  expect(text).toContain('<dd>orchard:<wbr />count=900,<wbr />size=224/<wbr />test</dd>');
  expect(facts([['Explainers', 'cam, gradcam']]).text).toContain('<dd>cam, gradcam</dd>');
});
