import { centerCropOffset } from './center-crop.ts';
import { imagingErrors } from './errors.ts';
import type { Filter } from './filters.ts';
import { halfEven } from './half-even.ts';
import type { Size } from './rgb-image.ts';
import { shorterSideSize } from './shorter-side.ts';

/** To which size a picture is resized, and with which filter. */
export type Resize = ResizeTo & {
  readonly filter: Filter;
  /** What both sides are then made a multiple of. */
  readonly multiple?: Multiple;
};

type ResizeTo =
  /** The shorter side gets `length`, the longer follows; where that would be more than `longest`, the longer side gets `longest`. */
  | { readonly kind: 'shorterSide'; readonly length: number; readonly longest?: number }
  /** Proportions are not kept. */
  | { readonly kind: 'exact'; readonly width: number; readonly height: number }
  /** As large as it fits into `width` x `height` with its proportions, also where it has to grow. */
  | { readonly kind: 'fit'; readonly width: number; readonly height: number; readonly rounding: SideRounding }
  /** With its proportions, so that one side gets its length: the side that changes less. */
  | { readonly kind: 'leastChange'; readonly width: number; readonly height: number }
  /** The size that it has. */
  | { readonly kind: 'own' };

/** How a side that comes out between whole pixels is rounded; a half goes to the even neighbour (Python's `round`) or up. */
export type SideRounding = 'down' | 'halfEven' | 'halfUp';

export interface Multiple {
  readonly of: number;
  readonly rounding: 'down' | 'up' | 'nearest';
}

/** What is put around a picture after it is resized and cropped. */
export interface Padding {
  /** The size with the padding, or what both sides become the next multiple of. */
  readonly to: Size | { readonly multipleOf: number };
  /** Where the picture lies: in the middle, an odd pixel to the right and below, or with the padding only there. */
  readonly position: 'center' | 'topLeft';
  /** An 8-bit `level` that is rescaled and normalised like the picture, or the `value` that the tensor has there, after normalisation. */
  readonly fill: { readonly level: number } | { readonly value: number };
}

/** The steps of a preprocessing that say where a picture lies. */
export interface PlacementSteps {
  readonly resize?: Resize;
  readonly crop?: Size;
  readonly pad?: Padding;
}

/** Where an image comes to lie in the model's input. */
export interface Placement {
  /** The image after resizing, of which a crop may show a part. */
  readonly resized: Size;
  /** What is left of it after cropping. */
  readonly cropped: Size;
  /** The model's input. */
  readonly size: Size;
  /** Where the resized image begins in the model's input, in pixels; negative where a crop cuts it off. */
  readonly left: number;
  readonly top: number;
  /** How much comes before the cropped picture. */
  readonly padding: { readonly left: number; readonly top: number };
}

/** Where an image comes to lie; throws PICTURE_TOO_NARROW where nothing is left of a side, and PREPROCESSING_INVALID where it is larger than the padding. */
export function placementOf(image: Size, { resize, crop, pad }: PlacementSteps): Placement {
  const resized = resize === undefined ? { width: image.width, height: image.height } : resizedSize(image, resize);
  const cropped = crop ?? resized;
  const cut = crop === undefined ? { left: 0, top: 0 } : centerCropOffset(resized, crop);
  const size = pad === undefined ? cropped : paddedSize(cropped, pad);
  const padding = pad?.position === 'center' ? centred(cropped, size) : { left: 0, top: 0 };
  return { resized, cropped, size, padding, left: padding.left - cut.left, top: padding.top - cut.top };
}

/** The one size that all pictures have after these steps; undefined where it depends on the picture. */
export function fixedSize({ resize, crop, pad }: PlacementSteps): Size | undefined {
  if (pad !== undefined && 'width' in pad.to) return { width: pad.to.width, height: pad.to.height };
  const size = crop ?? (resize?.kind === 'exact' ? resizedSize(resize, resize) : undefined);
  return size === undefined || pad === undefined ? size : paddedSize(size, pad);
}

/** The size of an image after resizing; throws PICTURE_TOO_NARROW where a side would have no pixels. */
export function resizedSize(image: Size, how: Resize): Size {
  const size = whole(sidesOf(image, how), how);
  if (size.width < 1 || size.height < 1) throw imagingErrors.tooNarrow(image, size);
  return size;
}

/** The sides of `leastChange` are not yet whole. */
function sidesOf(image: Size, how: Resize): Size {
  switch (how.kind) {
    case 'shorterSide':
      return how.longest === undefined
        ? shorterSideSize(image, how.length)
        : cappedSize(image, how.length, how.longest);
    case 'exact':
      return { width: how.width, height: how.height };
    case 'fit': {
      const scale = Math.min(how.height / image.height, how.width / image.width);
      const round = sideRoundings[how.rounding];
      return { width: round(image.width * scale), height: round(image.height * scale) };
    }
    case 'leastChange': {
      const [across, down] = [how.width / image.width, how.height / image.height];
      const scale = Math.abs(1 - across) < Math.abs(1 - down) ? across : down;
      return { width: scale * image.width, height: scale * image.height };
    }
    case 'own':
      return { width: image.width, height: image.height };
  }
}

const sideRoundings: Readonly<Record<SideRounding, (side: number) => number>> = {
  down: Math.floor,
  halfEven,
  halfUp: (side) => Math.floor(side + 0.5),
};

/** The rounding of DETR: the shorter side that the cap leaves is rounded, the longer follows from what it was before. */
function cappedSize(image: Size, length: number, longest: number): Size {
  const [short, long] = [Math.min(image.width, image.height), Math.max(image.width, image.height)];
  const capped = (long / short) * length > longest ? (longest * short) / long : undefined;
  const shorter = capped === undefined ? length : halfEven(capped);
  if (shorter === short) return { width: image.width, height: image.height };
  const longer = Math.trunc(((capped ?? shorter) * long) / short);
  return image.width < image.height ? { width: shorter, height: longer } : { width: longer, height: shorter };
}

function whole({ width, height }: Size, { kind, multiple }: Resize): Size {
  if (multiple === undefined && kind !== 'leastChange') return { width, height };
  const { of, rounding } = multiple ?? { of: 1, rounding: 'nearest' };
  const round = { down: Math.floor, up: Math.ceil, nearest: halfEven }[rounding];
  return { width: round(width / of) * of, height: round(height / of) * of };
}

function paddedSize(size: Size, { to }: Padding): Size {
  if ('multipleOf' in to) {
    const next = (side: number) => Math.ceil(side / to.multipleOf) * to.multipleOf;
    return { width: next(size.width), height: next(size.height) };
  }
  if (to.width < size.width || to.height < size.height) throw imagingErrors.paddingTooSmall(to, size);
  return { width: to.width, height: to.height };
}

function centred(inner: Size, outer: Size) {
  return {
    left: Math.floor((outer.width - inner.width) / 2),
    top: Math.floor((outer.height - inner.height) / 2),
  };
}
