import { describe, expect, it } from '@jest/globals';
import { preprocessingFromConfig, unknownInConfig, type Preprocessing } from '../src/index.ts';

const statistics = { image_mean: [0.1, 0.2, 0.3], image_std: [0.4, 0.5, 0.6] };
const rest: Preprocessing = {
  rescale: 1 / 255,
  mean: [0.1, 0.2, 0.3],
  std: [0.4, 0.5, 0.6],
  channels: 3,
  order: 'RGB',
  layout: 'NCHW',
};

describe('preprocessingFromConfig', () => {
  it.each<[what: string, config: object, expected: Preprocessing]>([
    [
      'colour and alpha',
      { image_mean: [0.1, 0.2, 0.3, 0.5], image_std: [1, 1, 1, 0.5], data_format: 'channels_last' },
      { ...rest, mean: [0.1, 0.2, 0.3, 0.5], std: [1, 1, 1, 0.5], channels: 4, layout: 'NHWC' },
    ],
    [
      'CLIP',
      {
        crop_size: { height: 224, width: 224 },
        do_center_crop: true,
        do_convert_rgb: true,
        do_normalize: true,
        do_rescale: true,
        do_resize: true,
        image_processor_type: 'CLIPImageProcessor',
        resample: 3,
        rescale_factor: 0.00392156862745098,
        size: { shortest_edge: 224 },
      },
      { ...rest, resize: { kind: 'shorterSide', length: 224, filter: 'bicubic' }, crop: { width: 224, height: 224 } },
    ],
    [
      'CLIP as first written',
      { crop_size: 224, do_center_crop: true, do_normalize: true, do_resize: true, resample: 3, size: 224 },
      { ...rest, resize: { kind: 'shorterSide', length: 224, filter: 'bicubic' }, crop: { width: 224, height: 224 } },
    ],
    [
      'ViT',
      { do_normalize: true, do_rescale: true, do_resize: true, resample: 2, size: { height: 384, width: 320 } },
      { ...rest, resize: { kind: 'exact', width: 320, height: 384, filter: 'bilinear' } },
    ],
    [
      'ViT as first written',
      { do_normalize: true, do_resize: true, size: 224 },
      { ...rest, resize: { kind: 'exact', width: 224, height: 224, filter: 'bilinear' } },
    ],
    [
      'ConvNeXT at 224',
      { crop_pct: 0.875, do_resize: true, resample: 3, size: { shortest_edge: 224 } },
      { ...rest, resize: { kind: 'shorterSide', length: 256, filter: 'bicubic' }, crop: { width: 224, height: 224 } },
    ],
    [
      'ConvNeXT at 384',
      { crop_pct: 0.875, do_resize: true, resample: 3, size: { shortest_edge: 384 } },
      { ...rest, resize: { kind: 'exact', width: 384, height: 384, filter: 'bicubic' } },
    ],
    [
      'a crop that is switched off',
      { crop_size: 224, do_center_crop: false, size: { shortest_edge: 256 }, crop_pct: null },
      { ...rest, resize: { kind: 'shorterSide', length: 256, filter: 'bilinear' } },
    ],
    [
      'a crop without resizing',
      { crop_size: { height: 20, width: 30 }, do_resize: false, size: 99 },
      { ...rest, crop: { width: 30, height: 20 } },
    ],
    ['no sizes at all', {}, rest],
    [
      'MobileViT, which flips channels and does not normalise',
      { do_flip_channel_order: true, do_normalize: false, size: { shortest_edge: 288 }, crop_size: 256, resample: 1 },
      {
        ...rest,
        resize: { kind: 'shorterSide', length: 288, filter: 'lanczos' },
        crop: { width: 256, height: 256 },
        mean: [0, 0, 0],
        std: [1, 1, 1],
        order: 'BGR',
      },
    ],
    [
      'raw levels, channels last',
      { do_rescale: false, data_format: 'channels_last' },
      { ...rest, rescale: 1, layout: 'NHWC' },
    ],
    ['one channel', { image_mean: [0.5], image_std: [0.25] }, { ...rest, mean: [0.5], std: [0.25], channels: 1 }],
    [
      'one number for all channels',
      { image_mean: 0.5, image_std: 0.25 },
      { ...rest, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    ],
    [
      'EfficientNet, shifted to -1..1',
      { rescale_factor: 1 / 127.5, rescale_offset: true, do_normalize: false },
      { ...rest, rescale: 1 / 127.5, mean: [1, 1, 1], std: [1, 1, 1] },
    ],
    [
      'EfficientNet, which divides twice',
      { include_top: true, image_std: [0.5, 0.25, 2] },
      { ...rest, std: [0.25, 0.0625, 4] },
    ],
  ])('reads %s', (_, config, expected) => {
    expect(preprocessingFromConfig({ ...statistics, ...config })).toEqual(expected);
  });

  it.each<[what: string, config: object, expected: Partial<Preprocessing>]>([
    [
      'DETR as first written',
      { feature_extractor_type: 'DetrFeatureExtractor', size: 800, max_size: 1300 },
      { resize: { kind: 'shorterSide', length: 800, longest: 1300, filter: 'bilinear' } },
    ],
    [
      'DETR with the cap of its processor',
      { image_processor_type: 'DetrImageProcessorFast', size: 640, do_pad: true },
      { resize: { kind: 'shorterSide', length: 640, longest: 1333, filter: 'bilinear' } },
    ],
    [
      'YOLOS by its name alone',
      { image_processor_type: 'YolosImageProcessor' },
      {
        resize: {
          ...{ kind: 'shorterSide', length: 800, longest: 1333, filter: 'bilinear' },
          multiple: { of: 16, rounding: 'down' },
        },
        mean: [0.485, 0.456, 0.406],
      },
    ],
    [
      'RT-DETR by its name alone, which does not normalise',
      { image_processor_type: 'RTDetrImageProcessor', image_mean: [0.4, 0.4, 0.4] },
      { resize: { kind: 'exact', width: 640, height: 640, filter: 'bilinear' }, mean: [0, 0, 0], std: [1, 1, 1] },
    ],
    [
      'Segformer as first written',
      { feature_extractor_type: 'SegformerFeatureExtractor', size: 512, reduce_labels: true },
      { resize: { kind: 'exact', width: 512, height: 512, filter: 'bilinear' } },
    ],
    [
      'any processor that caps the longer side',
      { size: { longest_edge: 1333, shortest_edge: 800 } },
      { resize: { kind: 'shorterSide', length: 800, longest: 1333, filter: 'bilinear' } },
    ],
    [
      'SAM',
      { image_processor_type: 'SamImageProcessor' },
      {
        resize: { kind: 'fit', width: 1024, height: 1024, rounding: 'halfUp', filter: 'bilinear' },
        pad: { to: { width: 1024, height: 1024 }, position: 'topLeft', fill: { value: 0 } },
      },
    ],
    [
      'null as nothing',
      { image_processor_type: 'DPTImageProcessor', size_divisor: null, do_pad: null, pad_size: null },
      {
        resize: {
          ...{ kind: 'exact', width: 384, height: 384, filter: 'bicubic' },
        },
        mean: [0.5, 0.5, 0.5],
      },
    ],
  ])('reads the steps and defaults of %s', (_, config, expected) => {
    const found = preprocessingFromConfig(config);
    expect(found).toMatchObject(expected);
    expect('pad' in found).toBe('pad' in expected);
  });

  it('says which processor and which fields it does not know', () => {
    const known = { ...statistics, image_processor_type: 'ViTImageProcessor', do_convert_rgb: null, _version: 1 };
    expect(unknownInConfig(known)).toEqual([]);
    expect(unknownInConfig({ ...statistics, size: 224 })).toEqual([]);
    expect(unknownInConfig({ ...known, image_processor_type: 'Owlv2ImageProcessor', patches: 3, zoom: 2 })).toEqual([
      'what Owlv2ImageProcessor does is not known here: pictures are prepared as the fields of preprocessor_config.json say',
      'preprocessor_config.json has fields that are not read: patches, zoom',
    ]);
    expect(unknownInConfig({ image_processor_type: 'constructor' })).toHaveLength(1);
  });

  it.each<[field: string, config: unknown, found: string]>([
    ['(the file)', [], '[]'],
    ['(the file)', null, 'null'],
    ['size', { size: { longest_edge: 1333 } }, '{"longest_edge":1333}'],
    ['size', { size: { longest_edge: 0, shortest_edge: 800 } }, '{"longest_edge":0,"shortest_edge":800}'],
    ['pad_size', { do_pad: true, pad_size: { height: 4, width: 4 } }, '{"height":4,"width":4}'],
    ['pad_size', { image_processor_type: 'DetrImageProcessor', pad_size: { height: 4 } }, '{"height":4}'],
    ['max_size', { size: 800, max_size: 1333 }, '1333'],
    ['size_divisor', { image_processor_type: 'Swin2SRImageProcessor', size_divisor: 8 }, '8'],
    ['size_divisor', { image_processor_type: 'GLPNImageProcessor', size_divisor: 1.5 }, '1.5'],
    ['keep_aspect_ratio', { image_processor_type: 'ViTImageProcessor', keep_aspect_ratio: true }, 'true'],
    ['ensure_multiple_of', { image_processor_type: 'ViTImageProcessor', ensure_multiple_of: 14 }, '14'],
    ['do_mirror', { do_mirror: true }, 'true'],
    ['size', { size: 0 }, '0'],
    ['size', { do_resize: true }, 'nothing'],
    ['size', { size: { height: 224, width: 224 }, crop_pct: 0.9 }, '{"height":224,"width":224}'],
    ['crop_size', { crop_size: { height: 3 } }, '{"height":3}'],
    ['crop_pct', { size: 224, crop_pct: 2 }, '2'],
    ['resample', { size: 224, resample: 6 }, '6'],
    ['resample', { size: 224, resample: 'bicubic' }, '"bicubic"'],
    ['do_resize', { do_resize: 'yes' }, '"yes"'],
    ['rescale_factor', { rescale_factor: '1/255' }, '"1/255"'],
    ['image_mean', { do_normalize: true }, 'nothing'],
    ['image_mean', { ...statistics, image_mean: [0.5, 0.5] }, '[0.5,0.5]'],
    ['image_std', { image_mean: [0, 0, 0] }, 'nothing'],
    ['std', { ...statistics, image_std: [1, 0, 1] }, '[1,0,1]'],
    ['data_format', { data_format: 'NCHW' }, '"NCHW"'],
    ['do_thumbnail', { do_thumbnail: true }, 'true'],
    ['size_divisor', { size_divisor: 32 }, '32'],
  ])('names the field %s of %j', (field, config, found) => {
    expect(() => preprocessingFromConfig(config)).toThrow(
      expect.objectContaining({
        name: 'UnderstoryError',
        code: 'PREPROCESSING_INVALID',
        message: expect.stringContaining(`"${field}"`),
        found,
      }),
    );
  });
});
