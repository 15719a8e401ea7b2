import {
  float32,
  type Box,
  type Feeds,
  type PixelSubject,
  type QuestionAnswer,
  type QuestionAnswerer,
  type Subject,
  type Tensor,
} from '@understory/core';
import { frameOf, pixelMask } from '../answerer/frames.ts';
import { pixelMaskOf } from '../answerer/readings.ts';
import { blurredOutside } from './blur.ts';
import { cropped, type Padded } from './crop.ts';
import { TokenMasks, type FedPicture } from './token-masks.ts';

/** The ways to hold an answer to a box: what is outside is cut away, blurred, or hidden from attention as tokens. */
export const constraints = ['crop', 'blur', 'tokens'] as const;

export type Constraint = (typeof constraints)[number];

/**
 * What a model that was asked something says when it sees no more of a picture than a box holds; its boxes are of the picture that it is shown.
 * Throws CONSTRAINT_NOT_AVAILABLE, of `tokens`, and what running the model throws.
 */
export async function constrained(
  subject: PixelSubject,
  picture: Padded,
  box: Box,
  constraint: Constraint,
): Promise<QuestionAnswer> {
  const answerer = answererOf(subject);
  const shown = constraint === 'tokens' ? picture : heldTo(subject, picture, box, constraint);
  const fed = fedOf(subject, shown);
  const outputs =
    constraint === 'tokens'
      ? await TokenMasks.of(answerer).outputs(fed, box)
      : await answerer.model.run(fed.feeds, answerer.reads);
  return answerer.answersOf(outputs)[0]!;
}

/** What `constrained` shows the model, for a person to look at: hidden tokens are faded. `[1, C, H, W]` in 0..1. */
export async function constrainedPicture(
  subject: PixelSubject,
  picture: Padded,
  box: Box,
  constraint: Constraint,
): Promise<Tensor<'float32'>> {
  if (constraint !== 'tokens') return heldTo(subject, picture, box, constraint).pixels;
  const { pixels: kept } = await TokenMasks.of(answererOf(subject)).kept(fedOf(subject, picture), box);
  const { data, dims } = picture.pixels;
  const faded = data.map((value, at) => (kept[at % kept.length] === 1 ? value : fade(value)));
  return float32(faded, dims);
}

/** A probe that holds answers to boxes is given no other subject. */
function answererOf({ subject }: PixelSubject): QuestionAnswerer {
  return subject as Subject & QuestionAnswerer;
}

function fade(value: number): number {
  return 0.8 + 0.2 * value;
}

function heldTo(subject: PixelSubject, { pixels, mask }: Padded, box: Box, constraint: 'crop' | 'blur'): Padded {
  const frame = frameOf(subject, mask);
  if (constraint === 'blur') return { pixels: blurredOutside(pixels, box, frame), mask };
  const isMasked = pixelMaskOf(subject.subject) !== undefined;
  return cropped(pixels, box, frame, { fill: fillOf(subject), isMasked });
}

/** What the model is fed as zero, as padding is: red first. */
function fillOf({ normalisation: { mean, order } }: PixelSubject): readonly number[] {
  const colours = order === 'BGR' ? [...mean.slice(0, 3)].reverse() : mean.slice(0, 3);
  return [...colours, ...mean.slice(3)].map((value) => Math.min(1, Math.max(0, value)));
}

function fedOf(subject: PixelSubject, { pixels, mask }: Padded): FedPicture {
  const size = { height: subject.height, width: subject.width };
  const spec = pixelMaskOf(subject.subject);
  const feeds: Feeds = {
    ...subject.feeds(pixels),
    ...(spec && mask && { [spec.name]: pixelMask(spec, 1, size, [mask]) }),
  };
  return { feeds, size, mask };
}
