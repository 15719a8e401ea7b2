import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const probeClipErrors = {
  captionsMissing() {
    return new UnderstoryError({
      code: 'CAPTIONS_MISSING',
      message: 'The model compares pictures with captions, and there is none.',
      found: 'no caption',
      expected: 'one caption or more',
      next: 'Give captions.',
      remedy: { kind: 'settings', settings: [{ name: 'text', value: 'CAPTION' }] },
    });
  },

  captionEmpty({ found }: { found: string }) {
    return new UnderstoryError({
      code: 'CAPTION_EMPTY',
      message: 'A caption has no words.',
      found: JSON.stringify(found),
      expected: 'a caption of at least one word',
      next: 'Write the caption out, or leave it out.',
    });
  },

  captionsAlike({ one, other }: { one: string; other: string }) {
    return new UnderstoryError({
      code: 'CAPTIONS_ALIKE',
      message: 'Two captions do not differ for the model.',
      found: one === other ? `"${one}" twice` : `"${one}" and "${other}", which become the same tokens`,
      expected: 'captions that differ in a word',
      next: 'Change one of them, or leave it out.',
    });
  },

  againstCount({ captions, against }: { captions: number; against: number }) {
    return new UnderstoryError({
      code: 'AGAINST_COUNT',
      message: 'Captions and what they are contrasted with do not go together.',
      found: `${captions} ${captions === 1 ? 'caption' : 'captions'} against ${against}`,
      expected: 'one caption to contrast all others with, or one for each',
      next: 'Give one, or as many as there are captions.',
    });
  },

  captionUnknown({ found, captions }: { found: string; captions: readonly string[] }) {
    return new UnderstoryError({
      code: 'TARGET_INVALID',
      message: 'The target does not fit the captions.',
      found: `"${found}"`,
      expected:
        captions.length === 0 ? 'a caption' : captions.map((text, at) => `caption:${at + 1} "${text}"`).join(', '),
      next: 'Captions are counted from 1, in the order in which they were given.',
    });
  },

  contrastMissing({ found }: { found: string }) {
    return new UnderstoryError({
      code: 'TARGET_INVALID',
      message: 'There is no contrast to explain.',
      found: `"${found}"`,
      expected: 'a caption to contrast with',
      next: 'Give a caption to contrast the others with.',
      remedy: { kind: 'settings', settings: [{ name: 'against', value: 'CAPTION' }] },
    });
  },

  tokenizerMissing() {
    return new UnderstoryError({
      code: 'TOKENIZER_MISSING',
      message: 'The model reads text, and its tokenizer is missing.',
      found: 'no tokenizer.json',
      expected: 'tokenizer.json beside the model or beside its text tower',
      next: 'Put the tokenizer.json that the model was published with into its folder.',
    });
  },

  towersDisagree({ image, text }: { image: number; text: number }) {
    return new UnderstoryError({
      code: 'TOWERS_DISAGREE',
      message: 'The two towers are not of one model: their embeddings differ in width.',
      found: `${image} numbers for a picture, ${text} for a caption`,
      expected: 'one width for both',
      next: 'Take both files from the same model, or name the outputs that hold the embeddings.',
      remedy: { kind: 'settings', settings: [{ name: 'output' }] },
    });
  },

  textTowerUnreadable({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'TEXT_TOWER_UNREADABLE',
      message: 'The text tower of the model cannot be read.',
      ...{ found, expected },
      next: 'Export the text tower with token ids as input and one embedding for each text as output.',
    });
  },

  textBatchFixed({ pictures, texts }: { pictures: string; texts: string }) {
    return new UnderstoryError({
      code: 'TEXT_BATCH_FIXED',
      message: 'The model was exported for a fixed number of texts beside another number of pictures.',
      found: `${pictures}; ${texts}`,
      expected: 'the same first size of both, or one that is open',
      next: 'Export the model with open first sizes of pictures and texts, or its two towers in files of their own.',
    });
  },
} as const;
