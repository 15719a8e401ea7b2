import {
  float32,
  type Box,
  type PixelSubject,
  type QuestionAnswer,
  type QuestionAnswerer,
  type Subject,
  type Tensor,
} from '@understory/core';
import { pixelMaskOf } from '../answerer/readings.ts';
import { blurredOutside } from './blur.ts';
import { cropped } from './crop.ts';
import { TokenMasks, type FedPicture } from './token-masks.ts';

/** The ways to hold an answer to a box: what is outside is cut away, blurred, or hidden from attention as tokens. */
export const constraints = ['crop', 'blur', 'tokens'] as const;

export type Constraint = (typeof constraints)[number];

/**
 * What a model that was asked something says when it sees no more of a picture `[1, C, H, W]` in 0..1 than a box holds; its boxes are of the picture that it is
 * shown. Throws CONSTRAINT_NOT_AVAILABLE, of `tokens`, and what running the model throws.
 */
export async function constrained(
  subject: PixelSubject,
  pixels: Tensor<'float32'>,
  box: Box,
  constraint: Constraint,
): Promise<QuestionAnswer> {
  if (constraint === 'tokens') {
    const answerer = answererOf(subject);
    return answerer.answersOf(await TokenMasks.of(answerer).outputs(fedOf(subject, pixels), box))[0]!;
  }
  const held = heldTo(subject, pixels, box, constraint);
  const [said] = (await held.subject.answer(held.pixels)) as readonly QuestionAnswer[];
  return said!;
}

/** What `constrained` shows the model, for a person to look at: hidden tokens are faded. `[1, C, H, W]` in 0..1. */
export async function constrainedPicture(
  subject: PixelSubject,
  pixels: Tensor<'float32'>,
  box: Box,
  constraint: Constraint,
): Promise<Tensor<'float32'>> {
  if (constraint !== 'tokens') return heldTo(subject, pixels, box, constraint).pixels;
  const { pixels: kept } = await TokenMasks.of(answererOf(subject)).kept(fedOf(subject, pixels), box);
  const { data, dims } = pixels;
  return float32(
    data.map((value, at) => (kept[at % kept.length] === 1 ? value : fade(value))),
    dims,
  );
}

/** A probe that holds answers to boxes is given no other subject. */
function answererOf({ subject }: PixelSubject): QuestionAnswerer {
  return subject as Subject & QuestionAnswerer;
}

function fade(value: number): number {
  return 0.8 + 0.2 * value;
}

interface Shown {
  /** Knows what is padding in `pixels`. */
  readonly subject: PixelSubject;
  readonly pixels: Tensor<'float32'>;
}

function heldTo(subject: PixelSubject, picture: Tensor<'float32'>, box: Box, constraint: 'crop' | 'blur'): Shown {
  if (constraint === 'blur') return { subject, pixels: blurredOutside(picture, box, subject.frame) };
  const isMasked = pixelMaskOf(subject.subject) !== undefined;
  const { pixels, mask } = cropped(picture, box, subject.frame, { fill: fillOf(subject), isMasked });
  return { subject: subject.framed(subject, mask), pixels };
}

/** What the model is fed as zero, as padding is: red first. */
function fillOf({ normalisation: { mean, order } }: PixelSubject): readonly number[] {
  const colours = order === 'BGR' ? [...mean.slice(0, 3)].reverse() : mean.slice(0, 3);
  return [...colours, ...mean.slice(3)].map((value) => Math.min(1, Math.max(0, value)));
}

function fedOf(subject: PixelSubject, pixels: Tensor<'float32'>): FedPicture {
  const { height, width, mask } = subject;
  return { feeds: subject.feeds(pixels), size: { height, width }, mask };
}
