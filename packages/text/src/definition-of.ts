import { textErrors } from './errors.ts';

export type Json = Readonly<Record<string, unknown>>;

/** `tokenizer.json` with what its reader needs and a file may leave out. Throws TOKENIZER_INVALID. */
export interface TokenizerDefinition extends Json {
  readonly model: Json;
  readonly pre_tokenizer: unknown;
  readonly decoder?: unknown;
}

const startOfText = '<|startoftext|>';
const endOfText = '<|endoftext|>';

const optional = { decoder: null, post_processor: null, pre_tokenizer: null, normalizer: null, added_tokens: [] };

export function definitionOf(json: Json, config: Json): TokenizerDefinition {
  const { model } = json;
  if (!isRecord(model)) {
    throw textErrors.tokenizerInvalid({ reason: 'no "model"' });
  }
  const definition = {
    ...optional,
    ...json,
    model: modelOf(model),
    pre_tokenizer: divisionOf(json['pre_tokenizer'] ?? null),
  };
  if (!isClip(definition, config) || definition.post_processor) return definition;
  return { ...definition, post_processor: around(startOfText, endOfText) };
}

/** Whether the vocabulary is that of CLIP's own tokenizer. */
export function isClip({ model }: TokenizerDefinition, config: Json): boolean {
  const { vocab } = model;
  if (typeof config['tokenizer_class'] === 'string' && config['tokenizer_class'].startsWith('CLIPTokenizer'))
    return true;
  return model['end_of_word_suffix'] === '</w>' && isRecord(vocab) && startOfText in vocab && endOfText in vocab;
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A vocabulary of whole words is read as one of word pieces whose words have no second piece. */
function modelOf(model: Json): Json {
  if (model['type'] !== 'WordLevel') return model;
  return {
    ...model,
    type: 'WordPiece',
    continuing_subword_prefix: '\u0000',
    max_input_chars_per_word: Number.MAX_SAFE_INTEGER,
  };
}

const letter = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d`;
const unicodeWords = {
  type: 'Split',
  pattern: { Regex: String.raw`[${letter}]+|[^${letter}\s]+` },
  behavior: 'Removed',
  invert: true,
};

/** The library takes only letters of ASCII for those of words. */
function divisionOf(division: unknown): unknown {
  if (!isRecord(division)) return division;
  if (division['type'] === 'Whitespace') return unicodeWords;
  const parts = division['pretokenizers'];
  if (!Array.isArray(parts)) return division;
  return {
    ...division,
    pretokenizers: parts.map((part: unknown) =>
      isRecord(part) && part['type'] === 'Whitespace' ? unicodeWords : part,
    ),
  };
}

function around(first: string, last: string): Json {
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  return {
    type: 'TemplateProcessing',
    single: [special(first), { Sequence: { id: 'A', type_id: 0 } }, special(last)],
    pair: [],
    special_tokens: {},
  };
}
