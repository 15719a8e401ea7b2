import type { AnswerOption, Box, HeatMap, Target } from '@understory/core';
import { drawBoxes, drawRegion, resize, type OverlayOptions, type RgbImage } from '@understory/imaging';
import { percent } from '../common/numbers.ts';
import type { Environment } from '../environment.ts';
import { drawMap } from './draw-map.ts';

/** A box of a picture with what it is of. */
export interface LabelledBox {
  readonly box: Box;
  readonly label: string;
}

/** At most so many of what a model says are recorded and drawn, so that a picture is not covered. */
export const mostOptions = 20;

/** The box that a target is of; where it is of none, such as an answer, those that the model finds, best first. */
export function shownBoxes(
  answer: { readonly options: readonly AnswerOption[] } | undefined,
  target?: Target,
): readonly LabelledBox[] {
  if (target?.box !== undefined) return [{ box: target.box, label: target.label ?? target.words }];
  return (answer?.options ?? [])
    .slice(0, mostOptions)
    .flatMap(({ box, label, target: words }) => (box === undefined ? [] : [{ box, label: label ?? words }]));
}

/** What a model says to what it was asked. */
export interface Asked {
  readonly question?: string;
  readonly decision: string;
  readonly probability: number | null;
  readonly type?: { readonly name: string };
  readonly options: readonly AnswerOption[];
}

/** What a model was asked and what it says, a line each; none of a model that is asked nothing. */
export function askedLines(answer: Asked | undefined): readonly string[] {
  if (answer?.question === undefined) return [];
  const { question, decision, probability, type, options } = answer;
  const isAnswer = options[0]?.box === undefined;
  const of = type === undefined ? '' : ` (${type.name})`;
  const sure = probability === null || !isAnswer ? '' : `, ${percent(probability)}`;
  return isAnswer
    ? [`Question: ${question}`, `Predicted answer: ${decision}${of}${sure}`]
    : [`Text: ${question}`, `Found: ${decision}`];
}

/** What is outlined over a picture. */
export interface Outlined {
  /** In pixels of the picture. */
  readonly boxes: readonly LabelledBox[];
  readonly region?: Target['area'];
}

export interface FigureOptions extends OverlayOptions, Outlined {
  /** Drawn over the picture. */
  readonly heat?: HeatMap;
  /** Written below it, a line each. */
  readonly lines?: readonly string[];
  /** The longer side in pixels that a smaller picture is enlarged to, and that a larger one is shrunk to; as it is where absent. */
  readonly least?: number;
  readonly most?: number;
  readonly annotate?: Environment['annotate'];
}

/** A picture with its heat map, the contour of a region, labelled boxes and text; where no text can be drawn, boxes are outlined. */
export async function figure(
  picture: RgbImage,
  { heat, boxes, region, lines = [], least = 0, most = Infinity, annotate, ...drawing }: FigureOptions,
): Promise<RgbImage> {
  const side = Math.max(picture.width, picture.height);
  const scale = side < least ? least / side : Math.min(1, most / side);
  const shown = scaledPicture(picture, scale);
  const mapped = heat === undefined ? shown : drawMap(shown, heat, drawing);
  return outline(mapped, { boxes, ...(region && { region }) }, { scale, lines, ...(annotate && { annotate }) });
}

/** A picture, `scale` times as large as the one that boxes are given in, with the contour of a region, labelled boxes and text. */
export async function outline(
  picture: RgbImage,
  { boxes, region }: Outlined,
  { scale = 1, lines = [], annotate }: Pick<FigureOptions, 'lines' | 'annotate'> & { readonly scale?: number } = {},
): Promise<RgbImage> {
  const drawn = region === undefined ? picture : drawRegion(picture, region);
  const placed = boxes.map(({ box: { x, y, width, height }, label }) => ({
    box: { x: x * scale, y: y * scale, width: width * scale, height: height * scale },
    label,
  }));
  if (placed.length === 0 && lines.length === 0) return drawn;
  return annotate === undefined ? drawBoxes(drawn, placed) : annotate(drawn, { boxes: placed, lines });
}

function scaledPicture(picture: RgbImage, scale: number): RgbImage {
  if (scale === 1) return picture;
  const side = (length: number) => Math.max(1, Math.round(scale * length));
  return resize(picture, { width: side(picture.width), height: side(picture.height) }, 'bicubic');
}
