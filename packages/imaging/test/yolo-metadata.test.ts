import { describe, expect, it } from '@jest/globals';
import { readYoloMetadata } from '../src/index.ts';

/** As the exporter of Ultralytics 8.4 writes them. */
const metadata = {
  description: 'Ultralytics YOLOv8n model ',
  stride: '32',
  task: 'detect',
  head: 'Detect',
  batch: '1',
  imgsz: '[96, 64]',
  names: `{0: 'person', 1: "driver's seat"}`,
  channels: '3',
};
const scaling = { rescale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1], channels: 3, order: 'RGB', layout: 'NCHW' };
const fitted = { kind: 'fit', rounding: 'halfEven', filter: 'opencvLinear' };

describe('readYoloMetadata', () => {
  it('letterboxes into a fixed input, whatever size the metadata have, and names the classes', () => {
    expect(readYoloMetadata(metadata, { width: 320, height: 256 })).toEqual({
      labels: ['person', "driver's seat"],
      preprocessing: {
        resize: { ...fitted, width: 320, height: 256 },
        pad: { to: { width: 320, height: 256 }, position: 'center', fill: { level: 114 } },
        ...scaling,
      },
      notes: [],
    });
  });

  it('pads to the stride where the input is open; height comes first', () => {
    expect(readYoloMetadata(metadata)?.preprocessing).toEqual({
      resize: { ...fitted, width: 64, height: 96 },
      pad: { to: { multipleOf: 32 }, position: 'center', fill: { level: 114 } },
      ...scaling,
    });
  });

  it('reads the metadata of YOLOv5, which have stride and a list of names alone', () => {
    const { labels, preprocessing } = readYoloMetadata({ stride: '64', names: "['a', 'b']" }) ?? {};
    expect(labels).toEqual(['a', 'b']);
    expect(preprocessing).toMatchObject({ resize: { width: 640, height: 640 }, pad: { to: { multipleOf: 64 } } });
  });

  it('cuts out the middle for classifiers, and stretches for RT-DETR', () => {
    const classify = readYoloMetadata({ ...metadata, task: 'classify', imgsz: '224' })?.preprocessing;
    expect(classify).toEqual({
      resize: { kind: 'shorterSide', length: 224, filter: 'bilinear' },
      crop: { width: 224, height: 224 },
      ...scaling,
    });
    const stretched = readYoloMetadata({ ...metadata, head: 'RTDETRDecoder' })?.preprocessing;
    expect(stretched).toEqual({ resize: { kind: 'exact', width: 64, height: 96, filter: 'opencvLinear' }, ...scaling });
  });

  it('reads one channel as grey', () => {
    const { preprocessing } = readYoloMetadata({ ...metadata, channels: '1' }) ?? {};
    expect(preprocessing).toMatchObject({ channels: 1, mean: [0], std: [1] });
  });

  it.each<[change: Record<string, string>, note: string]>([
    [{ task: 'depth' }, 'the task depth'],
    [{ channels: '10' }, 'pictures of 10 channels'],
  ])('says what it does not know of %j, and prepares nothing', (change, what) => {
    const found = readYoloMetadata({ ...metadata, ...change });
    expect(found?.preprocessing).toBeUndefined();
    expect(found?.labels).toHaveLength(2);
    expect(found?.notes).toEqual([`how pictures are prepared for ${what} of Ultralytics is not known here`]);
  });

  it.each(["{1: 'a'}", '{0: 1}', 'person, dog', '[]'])('says that the names %s cannot be read', (names) => {
    const found = readYoloMetadata({ ...metadata, names });
    expect(found?.labels).toBeUndefined();
    expect(found?.notes).toHaveLength(1);
    expect(found?.preprocessing).toBeDefined();
  });

  it.each([{}, { stride: '32' }, { names: metadata.names }, { ...metadata, stride: 'many' }])(
    'leaves %j alone',
    (other) => {
      expect(readYoloMetadata(other)).toBeUndefined();
    },
  );
});
