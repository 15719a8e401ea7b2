import { isDiagnosed } from '@understory/core';
import type { Box } from '@understory/core';
import { SaxesParser } from 'saxes';
import { datasetErrors, reasonOf } from './errors.ts';

/**
 * The boxes of an annotation in the XML of PASCAL VOC, in its order.
 * VOC counts pixels from 1 and both corners belong to the box: `xmin` 1 and `xmax` 10 are `x` 0 and `width` 10.
 * `file` is only used in messages. Throws DATASET_LABELS_INVALID.
 */
export function readVocBoxes(xml: string, file: string): readonly Box[] {
  const boxes: Box[] = [];
  const path: string[] = [];
  let corners = new Map<string, number>();
  const parser = new SaxesParser();
  parser.on('opentag', ({ name }) => {
    path.push(name);
    if (name === 'bndbox') corners = new Map();
  });
  parser.on('text', (text) => {
    if (path.at(-2) === 'bndbox' && text.trim() !== '') corners.set(path.at(-1)!, Number(text));
  });
  parser.on('closetag', ({ name }) => {
    path.pop();
    if (name === 'bndbox') boxes.push(boxOf(corners, file));
  });
  try {
    parser.on('error', (error) => {
      throw error;
    });
    parser.write(xml).close();
  } catch (cause) {
    if (isDiagnosed(cause)) throw cause;
    throw datasetErrors.labelsInvalid({ file, found: reasonOf(cause), expected: 'XML as PASCAL VOC writes it', cause });
  }
  return boxes;
}

function boxOf(corners: ReadonlyMap<string, number>, file: string): Box {
  const [left, top, right, bottom] = ['xmin', 'ymin', 'xmax', 'ymax'].map((name) => corners.get(name) ?? NaN) as [
    number,
    number,
    number,
    number,
  ];
  if (!(left >= 1 && top >= 1 && right >= left && bottom >= top && Number.isFinite(right + bottom))) {
    throw datasetErrors.labelsInvalid({
      file,
      found: `a box from ${left}, ${top} to ${right}, ${bottom}`,
      expected: 'xmin, ymin, xmax and ymax, counted from 1, the larger ones last',
    });
  }
  return { x: left - 1, y: top - 1, width: right - left + 1, height: bottom - top + 1 };
}
