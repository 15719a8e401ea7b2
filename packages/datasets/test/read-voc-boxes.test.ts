import { describe, expect, it } from '@jest/globals';
import { readVocBoxes } from '../src/read-voc-boxes.ts';

const object = (left: number, top: number, right: number, bottom: number) =>
  `<object><name>cat</name><bndbox>\n<xmin>${left}</xmin><ymin>${top}</ymin><xmax>${right}</xmax>\n<ymax>${bottom}</ymax></bndbox></object>`;

describe('readVocBoxes', () => {
  it('counts pixels from 0 and keeps the order', () => {
    const xml = `<annotation><size><width>40</width></size>${object(1, 1, 10, 4)}${object(3, 2, 3, 2)}</annotation>`;
    expect(readVocBoxes(xml, 'a.xml')).toEqual([
      { x: 0, y: 0, width: 10, height: 4 },
      { x: 2, y: 1, width: 1, height: 1 },
    ]);
  });

  it('finds none where there are none', () => {
    expect(readVocBoxes('<annotation/>', 'a.xml')).toEqual([]);
  });

  it.each<[what: string, xml: string]>([
    ['XML that is cut off', '<annotation><object><bndbox><xmin>1</xmin>'],
    ['no XML', 'not xml'],
    ['nothing', ''],
    ['corners in the wrong order', `<annotation>${object(9, 1, 3, 4)}</annotation>`],
    ['a corner that counts from 0', `<annotation>${object(0, 1, 3, 4)}</annotation>`],
    ['a corner too few', '<annotation><object><bndbox><xmin>1</xmin><ymin>1</ymin></bndbox></object></annotation>'],
  ])('refuses %s and names the file', (_, xml) => {
    expect(() => readVocBoxes(xml, 'a.xml')).toThrow(
      expect.objectContaining({ code: 'DATASET_LABELS_INVALID', message: expect.stringContaining('"a.xml"') }),
    );
  });
});
