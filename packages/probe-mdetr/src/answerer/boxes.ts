import type { Box, GroundedBox } from '@understory/core';
import type { Span } from '@understory/text';
import type { BoxHead } from './heads.ts';
import { sigmoid, softmax } from './probabilities.ts';

/** Where a picture lies in what the model is fed, in pixels. */
export type Frame = Box;

/** The boxes and tokens of one sample. */
export interface BoxSample {
  /** `[Q, 4]` and `[Q, T]`. */
  readonly boxes: Float32Array;
  readonly tokens: Float32Array;
}

/** What the families' own code uses: of the probability of an object, and of that of a token. */
export const thresholds: Readonly<Record<BoxHead['form'], { readonly object: number; readonly token: number }>> = {
  softmax: { object: 0.7, token: 0.1 },
  sigmoid: { object: 0.3, token: 0.25 },
  texts: { object: 0.1, token: 0.1 },
};

/** The boxes above the threshold, from best to worst, with the parts of the text whose tokens are above theirs. */
export function foundBoxes(
  { boxes, tokens }: BoxSample,
  { form }: BoxHead,
  { text, spans, frame }: { readonly text: string; readonly spans: readonly Span[]; readonly frame: Frame },
): readonly GroundedBox[] {
  const queries = boxes.length / 4;
  const width = tokens.length / queries;
  const { object, token } = thresholds[form];
  const found: GroundedBox[] = [];
  for (let query = 0; query < queries; query += 1) {
    const shares = tokenShares(tokens.subarray(query * width, (query + 1) * width), form);
    const probability =
      form === 'softmax' ? 1 - shares.at(-1)! : shares.reduce((most, each) => Math.max(most, each), 0);
    if (!(probability > object)) continue;
    const places = [...shares.keys()].filter(
      (at) => shares[at]! > token && (spans[at]?.end ?? 0) > (spans[at]?.start ?? 0),
    );
    const own = form === 'texts' ? [0] : places.filter((at) => form === 'sigmoid' || at < width - 1);
    found.push({
      ...{ query, box: boxIn(boxes.subarray(query * 4, query * 4 + 4), frame), probability },
      ...{ phrases: form === 'texts' ? [text] : phrasesOf(text, spans, own), tokens: own },
    });
  }
  return found.sort((one, other) => other.probability - one.probability || one.query - other.query);
}

/** The probability of each token; the last is that of "no object" where they are a softmax. */
export function tokenShares(row: Float32Array, form: BoxHead['form']): Float64Array {
  return form === 'softmax' ? softmax(row) : sigmoid(row);
}

/** The parts of a text that tokens stand for; tokens that follow each other are one part. */
function phrasesOf(text: string, spans: readonly Span[], places: readonly number[]): readonly string[] {
  const parts: { start: number; end: number; last: number }[] = [];
  for (const place of places) {
    const { start, end } = spans[place]!;
    const part = parts.at(-1);
    if (part?.last === place - 1) Object.assign(part, { end: Math.max(part.end, end), last: place });
    else parts.push({ start, end, last: place });
  }
  return [...new Set(parts.map(({ start, end }) => text.slice(start, end)))];
}

/** A box from its middle and size as fractions of the picture. */
function boxIn([x = 0, y = 0, wide = 0, high = 0]: Float32Array, frame: Frame): Box {
  return {
    x: frame.x + (x - wide / 2) * frame.width,
    y: frame.y + (y - high / 2) * frame.height,
    width: wide * frame.width,
    height: high * frame.height,
  };
}
