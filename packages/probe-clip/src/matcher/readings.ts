import {
  pictureInputOf,
  type ModelFacts,
  type SubjectPictures,
  type SubjectReading,
  type TensorSpec,
} from '@understory/core';
import { textInputNames, textInputsOf } from '@understory/text';
import { embeddingOutputs, tensorOf } from './embedding-outputs.ts';
import { joinedTowers } from './joined-towers.ts';
import { isSigLip } from './scale.ts';

const clip: SubjectPictures = {
  ...{ fit: 'crop', filter: 'bicubic' },
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};
const sigLip: SubjectPictures = { fit: 'stretch', filter: 'bicubic', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/** The ways in which a model can be compared with captions: with the text tower beside it, or with the one that is in its own graph. */
export function matcherReadings(facts: ModelFacts): readonly SubjectReading[] {
  const found = facts.text?.model === undefined ? ofOneGraph(facts) : ofTowers(facts);
  const pictures = isSigLip(facts.folder.config ?? {}) ? sigLip : clip;
  return found.map((reading) => ({ ...reading, pictures }));
}

function ofTowers({ model, outputs, input, text }: ModelFacts): readonly SubjectReading[] {
  if (picture(model, input) === undefined || textInputsOf(text!.model!) === undefined) return [];
  return named(model, outputs, embeddingOutputs(model.outputs)).map(({ name }) => ({
    evidence: 'partner',
    why: `a text tower lies beside it, and "${name}" is the embedding of a picture`,
    tensors: { image: name },
  }));
}

function ofOneGraph({ model, outputs, input }: ModelFacts): readonly SubjectReading[] {
  const image = picture(model, input);
  const text = textInputsOf(model);
  if (image === undefined || text === undefined || boxesThings(model)) return [];
  const towers = joinedTowers(model, image, text);
  if (towers === undefined) return [];
  return named(model, outputs, [{ name: towers.image, type: 'float32', dims: undefined }]).map(({ name }) => ({
    evidence: 'partner',
    why: `it takes text beside the picture: ${towers.why}`,
    tensors: { image: name, text: towers.text, ...(towers.logits !== undefined && { logits: towers.logits }) },
    fills: textInputNames(text),
  }));
}

/** Whether it finds things in a picture, as OWL-ViT does, instead of comparing the whole of it. */
function boxesThings({ outputs }: ModelFacts['model']): boolean {
  return outputs.some(({ name, dims }) => /box/i.test(name) && dims?.length === 3 && dims[2] === 4);
}

/** What the user named, else what was found. */
function named(
  model: ModelFacts['model'],
  asked: readonly string[] | undefined,
  found: readonly TensorSpec[],
): readonly TensorSpec[] {
  if (asked === undefined) return found;
  return asked.flatMap((name) => tensorOf(model, name) ?? []);
}

function picture(model: ModelFacts['model'], input: string | undefined): string | undefined {
  try {
    return pictureInputOf(model, input).name;
  } catch {
    return undefined;
  }
}
