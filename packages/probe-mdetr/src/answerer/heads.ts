import {
  isFloat,
  pictureInputOf,
  scoresBehind,
  type ClosingOperator,
  type Model,
  type ModelFacts,
  type TensorSpec,
} from '@understory/core';
import { textInputsOf } from '@understory/text';
import { isMadeOfBoth } from './made-of-both.ts';

/** One list of answers. */
export interface AnswerHead {
  /** As targets name it; null where there is one head. */
  readonly type: string | null;
  /** The output, and the tensor that is explained: what is in front of a closing softmax or sigmoid. */
  readonly output: string;
  readonly scores: string;
  /** What turns the numbers of `scores` into probabilities; undefined where they are probabilities. */
  readonly turn: 'softmax' | 'sigmoid' | undefined;
  /** How many answers there are; undefined where only a run tells. */
  readonly width: number | undefined;
  /** Whether one number says which of two answers it is, as CLEVR's yes and no: its sigmoid is the probability of the second. */
  readonly isOne: boolean;
}

/** Where boxes and the tokens that each stands for lie. */
export interface BoxHead {
  /** `[N, Q, 4]`: middle and size as fractions of the picture. */
  readonly boxes: string;
  /** `[N, Q, T]`, with one more for "no object" at the end where it is a softmax; of `texts` one for the text as a whole. */
  readonly tokens: string;
  readonly form: 'softmax' | 'sigmoid' | 'texts';
}

export interface Heads {
  readonly answers: readonly AnswerHead[];
  /** The scores of the types of answers; undefined where there is one head. */
  readonly type: AnswerHead | undefined;
  readonly boxes: BoxHead | undefined;
}

const ofType = /^(?:pred_)?answer_?type(?:_logits)?$/i;
const ofAnswers = /^(?:pred_)?answer_(.+?)(?:_logits)?$/i;

/** What of the outputs are answers and boxes; several of `single` where it cannot be told which of them holds the answers. */
export function headsOf(facts: ModelFacts): Heads & { readonly single: readonly AnswerHead[] } {
  const { model, outputs: asked } = facts;
  const floats = model.outputs.filter(isFloat);
  const outputs = floats.filter(({ name }) => isMadeOfBoth(model, name, sidesOf(facts)));
  const boxes = boxesOf(outputs, floats, facts);
  const typed = outputs.filter(({ name }) => ofAnswers.test(name) && !ofType.test(name) && name !== boxes?.boxes);
  const type = outputs.find(({ name }) => ofType.test(name));
  if (type !== undefined && typed.length > 0) {
    const answers = typed.map((spec) => head(model, spec, ofAnswers.exec(spec.name)![1]!.toLowerCase()));
    return { answers, type: head(model, type, null), boxes, single: [] };
  }
  const rows = [...outputs, ...(asked === undefined ? [] : model.layers)].filter(
    (spec) => isRow(spec) && (asked?.includes(spec.name) ?? true),
  );
  const single = rows.map((spec) => head(model, spec, null));
  return { answers: single.slice(0, 1), type: undefined, boxes, single };
}

/** The inputs beside the picture that say what is asked. */
function sidesOf({ model, input }: ModelFacts): { readonly picture: string; readonly texts: readonly string[] } {
  const picture = pictureInputOf(model, input).name;
  const text = textInputsOf(model);
  const texts = text === undefined ? model.inputs.filter(({ name }) => name !== picture) : [text.ids];
  return { picture, texts: texts.map(({ name }) => name) };
}

function head(model: Model, spec: TensorSpec, type: string | null): AnswerHead {
  const { spec: scores, kind, endsWith } = scoresBehind(model, spec);
  const isOne = spec.dims?.length === 1 || widthOf(spec) === 1;
  const width = isOne ? 2 : (widthOf(spec) ?? widthOf(scores));
  const isProbability = kind === 'probability' && endsWith === 'Sigmoid';
  const turn = isOne ? (isProbability ? undefined : 'sigmoid') : turnOf(kind, endsWith);
  return { type, output: spec.name, scores: scores.name, turn, width, isOne };
}

function turnOf(kind: 'logit' | 'probability', endsWith: ClosingOperator | undefined): AnswerHead['turn'] {
  if (endsWith === 'Sigmoid') return kind === 'logit' ? 'sigmoid' : undefined;
  // The softmax of logarithms of probabilities is those probabilities.
  return kind === 'probability' && endsWith === 'Softmax' ? undefined : 'softmax';
}

function widthOf({ dims }: TensorSpec): number | undefined {
  const width = dims?.at(-1);
  return typeof width === 'number' ? width : undefined;
}

/** `[N, A]` of more than one answer. */
function isRow({ dims }: TensorSpec): boolean {
  return dims?.length === 2 && dims[1] !== 1;
}

/** `outputs` are made of the picture and the text; boxes may be made of the picture alone, of which the text then chooses some. */
function boxesOf(
  outputs: readonly TensorSpec[],
  all: readonly TensorSpec[],
  { model, folder: { config = {} } }: ModelFacts,
): BoxHead | undefined {
  const isList = ({ dims }: TensorSpec) => dims?.length === 3;
  const boxes = all.filter(isList).find(({ name, dims }) => /box/i.test(name) && dims![2] === 4);
  const tokens = outputs.filter(isList).find(({ name, dims }) => /logits|scores/i.test(name) && dims![2] !== 4);
  if (boxes === undefined || tokens === undefined) return undefined;
  const names = JSON.stringify([config['model_type'], config['architectures']]);
  const isMdetr = /mdetr/i.test(names) || (tokens.name === 'pred_logits' && !/grounding/i.test(names));
  const [texts] = textInputsOf(model)?.ids.dims ?? [];
  const last = tokens.dims!.at(-1);
  // As many numbers a box as there are texts.
  const isOfTexts = /owl/i.test(names) || (typeof texts === 'string' && last === texts) || last === 1;
  return { boxes: boxes.name, tokens: tokens.name, form: isOfTexts ? 'texts' : isMdetr ? 'softmax' : 'sigmoid' };
}
