/** A number with enough places to tell it from its neighbours: `0.214`, `12.3`, `-0.100`, and `0.00025` where three would be 0; an en dash for none. */
export function number(value: number | null | undefined, places = 3): string {
  if (value === null || value === undefined) return '–';
  if (Math.abs(value) < 1e-12) return (0).toFixed(places);
  if (Math.abs(value) < 10 ** -places / 2) return value.toPrecision(2).replaceAll('-', '−');
  return value.toFixed(Math.abs(value) >= 100 ? 1 : places).replace('-', '−');
}

/** `0.190 to 0.214`. */
export function range(interval: readonly [number, number] | null): string {
  return interval === null ? '–' : `${number(interval[0])} to ${number(interval[1])}`;
}

/** `0.012`, and `< 0.001` for less than that. */
export function probability(pValue: number | null): string {
  if (pValue === null) return '–';
  return pValue < 0.001 ? '< 0.001' : pValue.toFixed(3);
}

/** `85.0 %`, which does not break across lines. */
export function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)}\u00a0%`;
}

/** `80.1 to 89.2 %`. */
export function percentRange(interval: readonly [number, number] | null): string {
  return interval === null ? '–' : `${(100 * interval[0]).toFixed(1)} to ${percent(interval[1])}`;
}

/** `1 image`, `2 images`. */
export function count(many: number, singular: string, plural = `${singular}s`): string {
  return `${many} ${many === 1 ? singular : plural}`;
}

/** With a capital at its start, as a title or a sentence. */
export function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** A number within a sentence, with as many places as it has: `0.05`, at most four of them behind the zeros. */
export function inSentence(value: number): string {
  return `${Number(value.toPrecision(4))}`.replace('-', '−');
}
