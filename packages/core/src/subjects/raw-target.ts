import type { Target } from '../contracts/subject.ts';
import { errors } from '../errors/index.ts';
import { elementCount, float32 } from '../tensor/tensor.ts';

/** Places along one axis: a number, or from `start` up to and without `end`; the whole axis where both are absent. */
type Places = number | { readonly start?: number; readonly end?: number };

/** An output by its name with places in one sample of it; `places` is absent where the name stands alone. */
export interface RawName {
  readonly output: string;
  readonly places?: readonly Places[];
}

/** What `name`, `name[4,2063]` or `mask[1,10:20,5:9]` means among the names of a model's tensors; undefined where it means none of them. */
export function rawNameOf(words: string, names: Iterable<string>): RawName | undefined {
  const known = new Set(names);
  const text = words.trim();
  if (known.has(text)) return { output: text };
  const open = text.lastIndexOf('[');
  const output = text.slice(0, open).trim();
  if (open < 1 || !text.endsWith(']') || !known.has(output)) return undefined;
  const inside = text.slice(open + 1, -1).trim();
  return { output, places: inside === '' ? [] : inside.split(',').map((part) => placesOf(part.trim(), words)) };
}

/**
 * The element, or the sum over the region, that a name means; `dims` are the output's without the batch.
 * Throws TARGET_INVALID where it does not fit them, or where a name alone holds more than one number.
 */
export function rawTargetOf({ output, places }: RawName, dims: readonly number[]): Target {
  const count = elementCount(dims);
  const asked = places ?? dims.map(() => 0);
  if (places === undefined && count !== 1) {
    const example = `${output}[${dims.map(() => 0).join(',')}]`;
    throw errors.targetInvalid({
      found: `"${output}", which holds ${count} numbers a sample: [${dims.join(', ')}]`,
      expected: 'one of them, or a region',
      next: `Name an element such as "${example}", or a region with a colon: "${output}[${dims.map(() => ':').join(',')}]" is all of it.`,
    });
  }
  if (asked.length !== dims.length) {
    throw errors.targetInvalid({
      found: `${asked.length} places in "${output}", which is [${dims.join(', ')}] without the batch`,
      expected: `${dims.length} places`,
      next: 'Leave the batch out: the first dimension is never named.',
    });
  }
  const words = places === undefined ? output : `${output}[${asked.map(wordsOf).join(',')}]`;
  const ranges = asked.map((each, axis): readonly [start: number, end: number] => {
    const size = dims[axis]!;
    const [start, end] = typeof each === 'number' ? [each, each + 1] : [each.start ?? 0, each.end ?? size];
    if (start < end && end <= size) return [start, end];
    throw errors.targetInvalid({
      found: `${wordsOf(each)} at axis ${axis} of "${output}"`,
      expected: `places from 0 to ${size - 1}`,
      next: `Without the batch "${output}" is [${dims.join(', ')}], counted from 0.`,
    });
  });
  if (asked.every((each) => typeof each === 'number')) {
    return { words, label: null, reading: { kind: 'element', output, index: ranges.map(([start]) => start) } };
  }
  const weights = new Float32Array(count);
  let offsets = [0];
  for (const [axis, [start, end]] of ranges.entries()) {
    const inner = Array.from({ length: end - start }, (_, at) => start + at);
    offsets = offsets.flatMap((offset) => inner.map((at) => offset * dims[axis]! + at));
  }
  for (const offset of offsets) weights[offset] = 1;
  return { words, label: null, reading: { kind: 'weights', output, weights: float32(weights, dims) } };
}

/** What lowers a target's number. */
export function negative({ words, label, reading }: Target): Target {
  const isNegative = reading.kind === 'sum' && reading.terms.length === 1 && reading.terms[0]!.weight === -1;
  return {
    words: isNegative ? words.replace(/^-/, '') : `-${words}`,
    label,
    reading: isNegative ? reading.terms[0]!.of : { kind: 'sum', terms: [{ weight: -1, of: reading }] },
  };
}

function placesOf(part: string, words: string): Places {
  if (/^\d+$/.test(part)) return Number(part);
  const range = /^(\d*):(\d*)$/.exec(part);
  if (range === null) {
    throw errors.targetInvalid({
      found: `"${part}" in "${words}"`,
      expected: 'a place such as 3, a range such as 10:20, or : for the whole axis',
      next: 'Count places from 0 and leave the batch out.',
    });
  }
  const [, start, end] = range;
  return { ...(start !== '' && { start: Number(start) }), ...(end !== '' && { end: Number(end) }) };
}

function wordsOf(places: Places): string {
  return typeof places === 'number' ? `${places}` : `${places.start ?? ''}:${places.end ?? ''}`;
}
