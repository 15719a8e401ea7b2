import type { ExplainedPicture } from '../engine/engine.ts';

/** A fraction as people read it: `39.5 %`. */
export function percent(value: number): string {
  return `${(100 * value).toFixed(value >= 0.9995 || value < 0.0005 ? 0 : 1)} %`;
}

/** A number with as many places as tell something. */
export function number(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return (size >= 1000 || size < 0.001 ? value.toExponential(1) : value.toPrecision(3)).replace('-', '−');
}

/** The first of the names that a class has: `tabby` of `tabby, tabby cat`. */
export function short(label: string): string {
  return label.split(',')[0]!.trim();
}

/** The number in a field; the one before where there is none. */
export function numberIn(field: HTMLInputElement, before: number): number {
  return Number.isFinite(field.valueAsNumber) ? field.valueAsNumber : before;
}

/** What a map is of. */
export function captionOf(map: ExplainedPicture): string {
  const of = short(map.label ?? map.target);
  const at = map.layer === null ? '' : `, ${layerName(map.layer)} (${map.height} × ${map.width})`;
  return `${map.explainer}, ${of}${map.probability === null ? '' : ` ${percent(map.probability)}`}${at}`;
}

/** A tensor's name without what exporters add. */
export function layerName(name: string): string {
  return name.replace(/^\//, '').replace(/_output_0$/, '');
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.split('/').at(-1) ?? path;
}

/** A path without its folder and ending, for files that are kept. */
export function stem(path: string): string {
  return fileName(path).replace(/\.[^.]+$/, '');
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toPrecision(bytes < 1e8 ? 2 : 3)} MB`;
}

export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)}\u00A0ms` : `${(milliseconds / 1000).toFixed(1)}\u00A0s`;
}
