import type { Multiple } from './placement.ts';

/** How an image processor of Hugging Face's transformers reads its configuration, where that is not told by the fields alone. */
export interface ImageProcessor {
  /** What fields are where the file leaves them out; none where only what is written is done. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** A `size` of one number means the shorter side, with the longer one capped at `max_size`. */
  readonly shortestEdge?: true;
  /** The most that the longer side may be of the shorter one that `size` says. */
  readonly longestOf?: number;
  /** What both sides are made a multiple of; `from` is the field that says of how much, where one does. */
  readonly multiple?: { readonly from?: string; readonly of?: number; readonly rounding: Multiple['rounding'] };
  /** `size` says nothing: the picture keeps its size, but for the multiple. */
  readonly keepsSize?: true;
  /** `keep_aspect_ratio` is read. */
  readonly leastChange?: true;
  /** How `do_pad` pads: to `pad_size`, or in the middle of the next multiple of `size_divisor`. */
  readonly pads?: 'size' | 'divisor';
  /** `longest_edge` alone is a size, which rounds halves up. */
  readonly longestEdge?: true;
  /** A factor on the shorter side that `size` says. */
  readonly enlarged?: number;
}

const imageNet = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };
const steps = { do_resize: true, do_rescale: true, do_normalize: true, resample: 2, ...imageNet };
const edges = { size: { shortest_edge: 800, longest_edge: 1333 } };
const detr: ImageProcessor = { defaults: { ...steps, ...edges, do_pad: true }, shortestEdge: true, pads: 'size' };
const maskFormer: ImageProcessor = {
  defaults: { ...steps, ...edges, size_divisor: 32 },
  shortestEdge: true,
  multiple: { from: 'size_divisor', rounding: 'up' },
  pads: 'size',
};
const half = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };

/** Those that have steps or defaults of their own, by the name without `ImageProcessor`. */
const particular: Readonly<Record<string, ImageProcessor>> = {
  Detr: detr,
  ConditionalDetr: detr,
  DeformableDetr: detr,
  GroundingDino: detr,
  Deta: detr,
  Yolos: { ...detr, multiple: { of: 16, rounding: 'down' } },
  RTDetr: {
    defaults: { ...steps, size: { height: 640, width: 640 }, do_normalize: false, do_pad: false },
    pads: 'size',
  },
  MaskFormer: maskFormer,
  Mask2Former: maskFormer,
  OneFormer: { defaults: { ...steps, ...edges }, shortestEdge: true },
  Segformer: { defaults: { ...steps, size: { height: 512, width: 512 } } },
  DPT: {
    defaults: {
      ...{ ...steps, ...half, size: { height: 384, width: 384 }, resample: 3 },
      ...{ do_pad: false, ensure_multiple_of: 1, keep_aspect_ratio: false },
    },
    leastChange: true,
    multiple: { from: 'ensure_multiple_of', rounding: 'nearest' },
    pads: 'divisor',
  },
  GLPN: {
    defaults: { do_resize: true, do_rescale: true, do_normalize: false, resample: 2, size_divisor: 32 },
    keepsSize: true,
    multiple: { from: 'size_divisor', rounding: 'down' },
  },
  Vilt: {
    defaults: {
      ...{ ...steps, ...half, size: { shortest_edge: 384 }, resample: 3 },
      ...{ do_pad: true, size_divisor: 32 },
    },
    longestOf: 1333 / 800,
    multiple: { from: 'size_divisor', rounding: 'down' },
    pads: 'size',
  },
  TextNet: {
    defaults: { ...steps, size: { shortest_edge: 640 }, size_divisor: 32 },
    shortestEdge: true,
    multiple: { from: 'size_divisor', rounding: 'up' },
  },
  Sam: {
    defaults: { ...steps, size: { longest_edge: 1024 }, do_pad: true, pad_size: { height: 1024, width: 1024 } },
    longestEdge: true,
    pads: 'size',
  },
  Levit: {
    defaults: { ...steps, resample: 3, size: { shortest_edge: 224 }, do_center_crop: true, crop_size: 224 },
    shortestEdge: true,
    enlarged: 256 / 224,
  },
};

/** Those whose fields say all that they do. */
const plain: readonly string[] = [
  ...[
    'Beit',
    'Bit',
    'Blip',
    'Chameleon',
    'ChineseCLIP',
    'CLIP',
    'ConvNext',
    'DeiT',
    'DonutSwin',
    'EfficientNet',
    'Flava',
  ],
  ...[
    'LayoutLMv2',
    'LayoutLMv3',
    'MobileNetV1',
    'MobileNetV2',
    'MobileViT',
    'OwlViT',
    'Pvt',
    'Siglip',
    'VideoMAE',
    'ViT',
  ],
];

/** What is known of the processor that a configuration names; undefined where it is not known, a processor without particulars where none is named. */
export function imageProcessor(name: string | undefined): ImageProcessor | undefined {
  if (name === undefined) return {};
  const stem = name.replace(/(ImageProcessor|FeatureExtractor)(Fast|Pil)?$/, '');
  const own = Object.hasOwn(particular, stem) ? particular[stem] : undefined;
  return own ?? (plain.includes(stem) ? {} : undefined);
}
