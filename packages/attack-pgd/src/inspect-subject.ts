import { float32, toFloat32, type Feeds, type PixelSubject } from '@understory/core';

/** What two looks at one grey picture tell of a model. */
export interface Inspection {
  /** What the model is fed beside the picture, for one sample. */
  readonly sides: Feeds;
  /** Of each output that was looked at, without the batch. */
  readonly dims: Readonly<Record<string, readonly number[]>>;
  /** Whether what was looked at is a probability for each class. */
  readonly looksLikeProbabilities: boolean;
  /** The largest difference between the two looks, over the length of what was seen; 0 of a model that is not random. */
  readonly randomness: number;
}

function greyFor({ channels, height, width }: PixelSubject) {
  return float32(new Float32Array(channels * height * width).fill(0.5), [1, channels, height, width]);
}

/** What the model is fed beside the picture, for one sample. */
export function sidesOf(subject: PixelSubject): Feeds {
  const { picture } = subject.subject;
  return Object.fromEntries(Object.entries(subject.feeds(greyFor(subject))).filter(([name]) => name !== picture.name));
}

/** Looks twice at one grey picture, whatever is attacked, so that what is found is the same for every sample. */
export async function inspectSubject(subject: PixelSubject, outputs: readonly string[]): Promise<Inspection> {
  const { model } = subject.subject;
  const grey = greyFor(subject);
  const look = () => model.run(subject.feeds(grey), outputs);
  const [one, other] = [await look(), await look()];
  const rows = outputs.map((name) => [toFloat32(one[name]!), toFloat32(other[name]!)] as const);
  const length = Math.sqrt(rows.reduce((all, [row]) => row.reduce((sum, value) => sum + value * value, all), 0));
  const difference = rows.reduce(
    (most, [first, second]) => first.reduce((all, value, at) => Math.max(all, Math.abs(value - second[at]!)), most),
    0,
  );
  return {
    sides: sidesOf(subject),
    dims: Object.fromEntries(outputs.map((name) => [name, one[name]!.dims.slice(1)])),
    looksLikeProbabilities: rows.length === 1 && looksLikeProbabilities(rows[0]![0]),
    randomness: difference === 0 ? 0 : difference / Math.max(length, 1e-10),
  };
}

/** Whether numbers are at least 0 and sum to 1. Croce and Hein's AutoAttack looks for the same. */
function looksLikeProbabilities(row: Float32Array): boolean {
  return (
    row.length > 1 &&
    row.every((value) => value >= 0) &&
    Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= 1e-3
  );
}
