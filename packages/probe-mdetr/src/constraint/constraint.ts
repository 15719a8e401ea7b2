import {
  float32,
  PixelSubject,
  type Box,
  type Feeds,
  type QuestionAnswer,
  type QuestionAnswerer,
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

/** A model that was asked something, as a probe has it. */
export interface Asked {
  readonly subject: PixelSubject;
  readonly answerer: QuestionAnswerer;
}

/** The model of a probe asked `question`; throws what `asking` throws. */
export function askedOf({ subject, answerer }: Asked, question: string): Asked {
  const own = answerer.asking(question);
  return { subject: new PixelSubject(own, subject.normalisation, subject), answerer: own };
}

/**
 * What a model says when it sees no more of a picture than a box holds; its boxes are of the picture that it is shown.
 * Throws CONSTRAINT_NOT_AVAILABLE, of `tokens`, and what running the model throws.
 */
export async function constrained(
  asked: Asked,
  picture: Padded,
  box: Box,
  constraint: Constraint,
): Promise<QuestionAnswer> {
  const { answerer } = asked;
  const shown = constraint === 'tokens' ? picture : heldTo(asked, picture, box, constraint);
  const fed = fedOf(asked, shown);
  const outputs =
    constraint === 'tokens'
      ? await TokenMasks.of(answerer).outputs(fed, box)
      : await answerer.model.run(fed.feeds, answerer.reads);
  return answerer.answersOf(outputs)[0]!;
}

/** What `constrained` shows the model, for a person to look at: hidden tokens are faded. `[1, C, H, W]` in 0..1. */
export async function constrainedPicture(
  asked: Asked,
  picture: Padded,
  box: Box,
  constraint: Constraint,
): Promise<Tensor<'float32'>> {
  if (constraint !== 'tokens') return heldTo(asked, picture, box, constraint).pixels;
  const { pixels: kept } = await TokenMasks.of(asked.answerer).kept(fedOf(asked, picture), box);
  const { data, dims } = picture.pixels;
  const faded = data.map((value, at) => (kept[at % kept.length] === 1 ? value : fade(value)));
  return float32(faded, dims);
}

function fade(value: number): number {
  return 0.8 + 0.2 * value;
}

function heldTo({ subject, answerer }: Asked, { pixels, mask }: Padded, box: Box, constraint: 'crop' | 'blur'): Padded {
  const frame = frameOf(subject, mask);
  if (constraint === 'blur') return { pixels: blurredOutside(pixels, box, frame), mask };
  const isMasked = pixelMaskOf({ model: answerer.model }) !== undefined;
  return cropped(pixels, box, frame, { fill: fillOf(subject), isMasked });
}

/** What the model is fed as zero, as padding is: red first. */
function fillOf({ normalisation: { mean, order } }: PixelSubject): readonly number[] {
  const colours = order === 'BGR' ? [...mean.slice(0, 3)].reverse() : mean.slice(0, 3);
  return [...colours, ...mean.slice(3)].map((value) => Math.min(1, Math.max(0, value)));
}

function fedOf({ subject, answerer }: Asked, { pixels, mask }: Padded): FedPicture {
  const size = { height: subject.height, width: subject.width };
  const spec = pixelMaskOf({ model: answerer.model });
  const feeds: Feeds = {
    ...subject.feeds(pixels),
    ...(spec && mask && { [spec.name]: pixelMask(spec, 1, size, [mask]) }),
  };
  return { feeds, size, mask };
}
