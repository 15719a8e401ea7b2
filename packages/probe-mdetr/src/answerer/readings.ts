import {
  pictureInputOf,
  type ModelFacts,
  type SubjectPictures,
  type SubjectReading,
  type TensorSpec,
} from '@understory/core';
import { textInputNames, textInputsOf, type TextInputs } from '@understory/text';
import { headsOf, type Heads } from './heads.ts';

/** As MDETR and the DETR family see pictures. */
const pictures: SubjectPictures = {
  ...{ size: 800, longest: 1333, fit: 'whole', filter: 'bilinear' },
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** The ways in which a model can be asked about a picture: one, unless several of its outputs may hold the answers. */
export function answererReadings(facts: ModelFacts): readonly SubjectReading[] {
  const { model, text } = facts;
  if (text?.model !== undefined || !hasPicture(facts)) return [];
  const inputs = textInputsOf(model);
  const isFed = inputs === undefined && hasAnswerList(facts) && model.inputs.length > 1;
  if (inputs === undefined ? !isFed : !goesWithPicture(facts, inputs.ids)) return [];
  const heads = headsOf(facts);
  const evidence = inputs === undefined ? 'folder' : 'partner';
  const fills = inputs === undefined ? [] : [...textInputNames(inputs), ...maskNames(facts)];
  const reading = (own: Heads): SubjectReading => ({
    ...{ evidence, why: why(own, inputs), tensors: tensorsOf(own), pictures },
    ...(fills.length > 0 && { fills }),
  });
  if (heads.type !== undefined) return [reading(heads)];
  if (heads.single.length > 0) {
    return heads.single.map((only) => reading({ type: undefined, answers: [only], boxes: heads.boxes }));
  }
  return heads.boxes === undefined || inputs === undefined ? [] : [reading({ ...heads, answers: [] })];
}

/** What is 1 where the picture is: `[N, H, W]`. */
export function pixelMaskOf({ model: { inputs } }: Pick<ModelFacts, 'model'>): TensorSpec | undefined {
  return inputs.find(({ name, dims }) => /pixel_?mask|image_?mask/i.test(name) && dims?.length === 3);
}

function maskNames(facts: ModelFacts): readonly string[] {
  const mask = pixelMaskOf(facts);
  return mask === undefined ? [] : [mask.name];
}

/** Whether there is one text a picture: captions that pictures are compared with have a batch of their own. */
function goesWithPicture({ model, input }: ModelFacts, ids: TensorSpec): boolean {
  const { name } = pictureInputOf(model, input);
  const [samples] = model.inputs.find((each) => each.name === name)?.dims ?? [];
  const [texts] = ids.dims ?? [];
  return typeof samples !== 'number' || typeof texts !== 'number' || samples === texts;
}

/** Whether something beside the model lists answers, which speaks for a question where the model takes no words. */
function hasAnswerList({ text }: ModelFacts): boolean {
  return text?.vocabularies?.some(({ name, isAsked }) => isAsked || /answer/i.test(name)) ?? false;
}

function hasPicture({ model, input }: ModelFacts): boolean {
  try {
    pictureInputOf(model, input);
    return true;
  } catch {
    return false;
  }
}

function tensorsOf({ type, answers, boxes }: Heads): Readonly<Record<string, string>> {
  return {
    ...(type && { type: type.output }),
    ...Object.fromEntries(
      answers.map((head) => [head.type === null ? 'answers' : `answers of ${head.type}`, head.output]),
    ),
    ...(boxes && { boxes: boxes.boxes, tokens: boxes.tokens }),
  };
}

function why({ type, answers, boxes }: Heads, inputs: TextInputs | undefined): string {
  const asked = inputs === undefined ? 'a list of answers lies beside it' : `it takes a text in "${inputs.ids.name}"`;
  const [first] = answers;
  const said =
    first === undefined
      ? `"${boxes!.tokens}" says which of its words each box is of`
      : type === undefined
        ? `"${first.output}" holds ${first.width ?? 'its'} answers`
        : `"${type.output}" holds ${type.width ?? answers.length} types of answers`;
  return `${asked}, and ${said}`;
}
