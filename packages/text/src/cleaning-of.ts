import { canonical, cleanings, type Cleaning } from './clean-text.ts';
import { isClip, isRecord, type Json, type TokenizerDefinition } from './definition-of.ts';

/** How texts are cleaned before the tokenizer reads them: what the files say, CLIP's way for CLIP's vocabulary, and not at all for others. */
export function cleaningOf(definition: TokenizerDefinition, config: Json): (text: string) => string {
  const options = config['tokenizer_kwargs'];
  const said = isRecord(options) ? options['clean'] : undefined;
  if (isCleaning(said)) return cleanings[said];
  if (isClip(definition, config)) return cleanings.lower;
  if (config['tokenizer_class'] === 'SiglipTokenizer') return canonical;
  // open_clip gives each tokenizer that it takes from Hugging Face such texts.
  return typeof config['hf_tokenizer_name'] === 'string' ? cleanings.whitespace : (text) => text;
}

function isCleaning(value: unknown): value is Cleaning {
  return typeof value === 'string' && Object.hasOwn(cleanings, value);
}
