import { errors } from '../errors/index.ts';
import type { AxisReading, Factor, LayerReading } from './read-axes.ts';
import type { Dimension } from '../tensor/tensor-spec.ts';

/** What a person says of a layer's axes: `[N, C, H, W]`, `[N, H, W, C]`, or tokens `[N, T, C]` as a grid behind a prefix: `tokens:14x14+1`. */
export type Layout = 'nchw' | 'nhwc' | `tokens:${string}`;

/** The layer of these dimensions as a person reads it; throws LAYOUT_INVALID, or LAYOUT_MISMATCH where the sizes do not fit. */
export function readAsStated(layout: Layout, layer: string, dims: readonly Dimension[] | undefined): LayerReading {
  const reading = parseLayout(layout);
  if (dims !== undefined && !fits(reading, dims)) throw errors.layoutMismatch({ layer, layout, dims });
  return reading;
}

/** Throws LAYOUT_INVALID. */
export function parseLayout(text: string): LayerReading {
  const axis = (...factors: readonly Factor[]): AxisReading => ({ factors, before: 0, after: 0 });
  const of = (role: Factor['role'], size?: number): Factor => ({ role, size });
  const asked = text.trim().toLowerCase();
  if (asked === 'nchw' || asked === 'nhwc') {
    const places = [axis(of('height')), axis(of('width'))];
    const channels = axis(of('channel'));
    return {
      kind: 'map',
      axes: [axis(of('batch')), ...(asked === 'nchw' ? [channels, ...places] : [...places, channels])],
    };
  }
  const [, height, width, prefix = '0'] = /^tokens:(\d{1,6})[x×](\d{1,6})(?:\+(\d{1,6}))?$/.exec(asked) ?? [];
  if (height === undefined || width === undefined || Number(height) * Number(width) < 1)
    throw errors.layoutInvalid({ layout: text });
  const grid = { ...axis(of('height', Number(height)), of('width', Number(width))), before: Number(prefix) };
  return { kind: 'tokens', axes: [axis(of('batch')), grid, axis(of('channel'))] };
}

/** Whether a tensor of these dimensions can be read so, as far as they are known. */
export function fits({ axes }: LayerReading, dims: readonly Dimension[]): boolean {
  return (
    dims.length === axes.length &&
    axes.every(({ factors, before, after }, at) => {
      const size = dims[at];
      const known = factors.reduce<number | undefined>(
        (total, each) => (total === undefined || each.size === undefined ? undefined : total * each.size),
        1,
      );
      return known === undefined || typeof size !== 'number' || known + before + after === size;
    })
  );
}
