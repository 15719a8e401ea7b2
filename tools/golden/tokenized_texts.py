"""Makes the goldens of tokenizers: what openai's tokenizer of CLIP, and the Rust library `tokenizers`, make of texts.

    python tools/golden/tokenized_texts.py

`fixtures/golden/tokenizers/clip.json` holds the part of CLIP's vocabulary that its texts need, beside their tokens, which are those of openai's
own code and come with the data (`cases/clip-tokens.json` in the shared data, with the vocabulary as openai publishes it, MIT licence). The others
are small tokenizers of other kinds, trained here on a few sentences, with the tokens of the Rust library and where each lies in its text, in UTF-16 units
(`spans`, start and end one after the other; special tokens lie at 0, 0).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from reference.clip_tokenizer import END, START, part_for, read_merges, tokenizer_json, vocabulary
from reference.json_file import write_json
from reference.shared_data import REPOSITORY, shared_data

OUT = REPOSITORY / 'fixtures' / 'golden' / 'tokenizers'
SENTENCES = [
    'the color of the left apple is red', 'the color of the left apple is green', 'the left apple', 'the right apple',
    'a photo of a cat', 'a photo of two dogs beside a red chair', 'three green pears lie above an orange banana',
    'an old man reads the newspaper in the garden', 'the blue car stands on the left of the white house',
]
TEXTS = [
    *SENTENCES, 'The Left, Apple!', "it isn't the cat's", 'unbelievable zebras', '  two   spaces ', 'dash-ed words, 3.14', 'naïve café', '',
]


def clip() -> dict:
    cases = json.loads((shared_data() / 'cases' / 'clip-tokens.json').read_text(encoding='utf-8'))
    merges = read_merges(shared_data() / 'data' / 'bpe_simple_vocab_16e6.txt.gz')
    whole = vocabulary(merges)
    names = {place: token for token, place in whole.items()}
    whole_tokenizer = Tokenizer.from_str(json.dumps(tokenizer_json(merges, whole)))
    used = {place for case in cases for place in [*case['ids'], *whole_tokenizer.encode(case['text']).ids]}
    part = part_for([names[place] for place in sorted(used) if names[place] not in (START, END)], merges)
    kept = {*list(whole)[:512], *(''.join(merge) for merge in part), START, END}
    definition = tokenizer_json(part, {token: place for token, place in whole.items() if token in kept})
    small = Tokenizer.from_str(json.dumps(definition))
    for case in cases:
        assert small.encode(case['text']).ids == whole_tokenizer.encode(case['text']).ids, case['text']
    return {'tokenizer': definition, 'config': {}, 'cases': [{key: case[key] for key in ('text', 'ids')} for case in cases]}


AWKWARD = [
    'What color is the left \U0001f34e?', '\U0001f34e\U0001f350 and \U0001f1e9\U0001f1ea', 'the \U0001f469\u200d\U0001f33e\U0001f3fd farmer',
    'Größe der Äpfel', 'cafe\u0301', '左边的苹果是什么颜色？', 'Какого цвета яблоко?', '¿De qué color?', 'a\tb\nc', "it's (not) 'quoted'...", '3.14 > 2', '½ of ﬁve',
]


def trained(name: str) -> tuple[Tokenizer, dict]:
    if name == 'unigram':  # as SigLIP's
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(' {2,}', ' '), normalizers.Strip()])
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=90, special_tokens=['<pad>', '</s>', '<unk>'], unk_token='<unk>', show_progress=False)
        tokenizer.train_from_iterator(SENTENCES * 3, trainer)
        tokenizer.post_processor = processors.TemplateProcessing('$A </s>', None, [('</s>', tokenizer.token_to_id('</s>'))])
        return tokenizer, {'model_max_length': 16, 'pad_token': '</s>', 'eos_token': '</s>'}
    if name == 'roberta':
        tokenizer = Tokenizer(models.BPE(unk_token='<unk>'))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(vocab_size=330, special_tokens=['<s>', '<pad>', '</s>', '<unk>', '<mask>'],
                                      initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
        tokenizer.train_from_iterator(SENTENCES, trainer)
        tokenizer.post_processor = processors.RobertaProcessing(('</s>', 2), ('<s>', 0), trim_offsets=True, add_prefix_space=False)
        return tokenizer, {'model_max_length': 512, 'pad_token': '<pad>', 'tokenizer_class': 'RobertaTokenizer'}
    if name == 'wordpiece':  # as BERT's
        tokenizer = Tokenizer(models.WordPiece(unk_token='[UNK]'))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=110, special_tokens=['[PAD]', '[UNK]', '[CLS]', '[SEP]'], show_progress=False)
        tokenizer.train_from_iterator(SENTENCES, trainer)
        tokenizer.post_processor = processors.TemplateProcessing('[CLS] $A [SEP]', None, [('[CLS]', 2), ('[SEP]', 3)])
        return tokenizer, {'model_max_length': 24}
    tokenizer = Tokenizer(models.WordLevel(unk_token='<unk>'))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordLevelTrainer(special_tokens=['<pad>', '<unk>', '<end>'], show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.post_processor = processors.TemplateProcessing('$A <end>', None, [('<end>', 2)])
    return tokenizer, {'model_max_length': 1000000000000000019884624838656}


def units(text: str, places: tuple[int, int]) -> list[int]:
    """Places in characters as places in UTF-16 units."""
    return [len(text[:place].encode('utf-16-le')) // 2 for place in places]


def other(name: str) -> dict:
    tokenizer, config = trained(name)
    cases = []
    for text in [*TEXTS, *(AWKWARD if name == 'roberta' else [])]:
        encoded = tokenizer.encode(text)
        cases.append({'text': text, 'ids': encoded.ids, 'spans': [place for span in encoded.offsets for place in units(text, span)]})
    return {'tokenizer': json.loads(tokenizer.to_str()), 'config': config, 'cases': cases}


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for name in ('clip', 'roberta', 'unigram', 'wordpiece', 'wordlevel'):
        golden = clip() if name == 'clip' else other(name)
        path = OUT / f'{name}.json'
        write_json(path, golden)
        print(f'{name}: {len(golden["cases"])} texts, {path.stat().st_size / 1024:.0f} KiB')


if __name__ == '__main__':
    main()
