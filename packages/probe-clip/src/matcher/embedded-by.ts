import {
  elementCount,
  float32,
  fromFloat32,
  pictureInputOf,
  specText,
  type Feeds,
  type Model,
  type ModelFacts,
  type SubjectReading,
  type TensorSpec,
} from '@understory/core';
import { openTokenizer, textInputsOf } from '@understory/text';
import { probeClipErrors } from '../errors.ts';
import { embeddingOutputs, tensorOf, widthOf } from './embedding-outputs.ts';
import { measuredHead } from './measured-head.ts';
import { headOf, type Head } from './scale.ts';
import { TextTower } from './text-tower.ts';

/** What embeds pictures and captions, and what the model makes of their cosine. */
export interface EmbeddedBy {
  /** The tensor of the model that holds the embeddings of pictures. */
  readonly image: string;
  readonly text: TextTower;
  readonly head: Head;
}

/** The two towers of a reading; throws TEXT_TOWER_UNREADABLE, TEXT_BATCH_FIXED, TOWERS_DISAGREE, what opening the tokenizer throws, and what running the model throws. */
export async function embeddedBy(facts: ModelFacts, { tensors }: SubjectReading): Promise<EmbeddedBy> {
  const { model, text, input } = facts;
  const image = tensors['image']!;
  const textModel = text?.model ?? model;
  const inputs = textInputsOf(textModel);
  if (inputs === undefined) {
    const found = `inputs ${textModel.inputs.map(({ name }) => name).join(', ')}`;
    throw probeClipErrors.textTowerUnreadable({ found, expected: 'token ids [N, L] of whole numbers' });
  }
  const output = tensors['text'] ?? outputOf(textModel);
  checkWidths(model, image, textModel, output);
  const tokenizer = text?.tokenizer && openTokenizer(text.tokenizer, text.tokenizerConfig);
  const isJoined = textModel === model;
  if (isJoined) checkBatches(model, input, inputs.ids);
  const tower = new TextTower({
    ...{ model: textModel, inputs, output, tokenizer },
    beside: isJoined ? (texts) => blankPictures(model, input, texts) : undefined,
  });
  const logits = tensors['logits'];
  const measured =
    isJoined && logits !== undefined && tokenizer !== undefined
      ? await measuredHead({ model, image, text: tower, logits, picture: pictureInputOf(model, input) })
      : undefined;
  const told = headOf(facts);
  return { image, text: tower, head: measured === undefined ? told : { ...told, ...measured } };
}

function outputOf({ outputs }: Model): string {
  const [found, ...others] = embeddingOutputs(outputs);
  if (found !== undefined && others.length === 0) return found.name;
  const names = (found === undefined ? outputs : [found, ...others]).map(({ name }) => name);
  throw probeClipErrors.textTowerUnreadable({ found: `outputs ${names.join(', ')}`, expected: 'one output [N, D]' });
}

function checkWidths(model: Model, image: string, textModel: Model, text: string): void {
  const ours = widthOf(tensorOf(model, image) ?? { dims: undefined });
  const theirs = widthOf(tensorOf(textModel, text) ?? { dims: undefined });
  if (ours !== undefined && theirs !== undefined && ours !== theirs) {
    throw probeClipErrors.towersDisagree({ image: ours, text: theirs });
  }
}

/** A run has one batch for all inputs: throws TEXT_BATCH_FIXED where the file wants so many texts beside another number of pictures. */
function checkBatches(model: Model, input: string | undefined, ids: TensorSpec): void {
  const picture = model.inputs.find(({ name }) => name === pictureInputOf(model, input).name);
  const [pictures, texts] = [picture?.dims?.[0], ids.dims?.[0]];
  if (typeof texts !== 'number' || typeof pictures !== 'number' || texts === pictures) return;
  throw probeClipErrors.textBatchFixed({ pictures: specText(picture!), texts: specText(ids) });
}

const usualSide = 224;

/** Grey pictures, which a graph of both towers is fed where only its text is looked at. */
function blankPictures(model: Model, input: string | undefined, samples: number): Feeds {
  const { name, type, layout, channels = 3, size } = pictureInputOf(model, input);
  const { height, width } = size ?? { height: usualSide, width: usualSide };
  const dims = layout === 'NCHW' ? [samples, channels, height, width] : [samples, height, width, channels];
  return { [name]: fromFloat32(float32(new Float32Array(elementCount(dims)), dims).data, type, dims) };
}
