"""CLIP's tokenizer as Hugging Face's `tokenizer.json`, made of the merges that openai publishes (`bpe_simple_vocab_16e6.txt.gz`)."""

from __future__ import annotations

import gzip
from pathlib import Path

START, END = '<|startoftext|>', '<|endoftext|>'
MERGES = 49152 - 256 - 2
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
LAST = '</w>'

Merge = tuple[str, str]


def read_merges(path: Path) -> list[Merge]:
    lines = gzip.decompress(path.read_bytes()).decode('utf-8').split('\n')
    return [tuple(line.split()) for line in lines[1:MERGES + 1]]


def alphabet() -> list[str]:
    """The characters that stand for the bytes, in the order of their tokens: visible ones of Latin-1 for themselves, then the others."""
    visible = [*range(ord('!'), ord('~') + 1), *range(ord('¡'), ord('¬') + 1), *range(ord('®'), ord('ÿ') + 1)]
    others = 256 - len(visible)
    return [chr(byte) for byte in visible] + [chr(256 + place) for place in range(others)]


def vocabulary(merges: list[Merge]) -> dict[str, int]:
    letters = alphabet()
    tokens = [*letters, *(letter + LAST for letter in letters), *(''.join(merge) for merge in merges), START, END]
    return {token: place for place, token in enumerate(tokens)}


def tokenizer_json(merges: list[Merge], vocab: dict[str, int]) -> dict:
    """`merges` and `vocab` may be parts of the whole."""
    def special(token: str) -> dict:
        return {'id': vocab[token], 'content': token, 'single_word': False, 'lstrip': False, 'rstrip': False, 'normalized': False,
                'special': True}

    return {
        'version': '1.0',
        'truncation': None,
        'padding': None,
        'added_tokens': [special(START), special(END)],
        'normalizer': {'type': 'Sequence', 'normalizers': [
            {'type': 'NFC'}, {'type': 'Replace', 'pattern': {'Regex': r'\s+'}, 'content': ' '}, {'type': 'Lowercase'}]},
        'pre_tokenizer': {'type': 'Sequence', 'pretokenizers': [
            {'type': 'Split', 'pattern': {'Regex': WORDS}, 'behavior': 'Removed', 'invert': True},
            {'type': 'ByteLevel', 'add_prefix_space': False, 'trim_offsets': True, 'use_regex': True}]},
        'post_processor': {'type': 'RobertaProcessing', 'sep': [END, vocab[END]], 'cls': [START, vocab[START]],
                           'trim_offsets': False, 'add_prefix_space': False},
        'decoder': {'type': 'ByteLevel', 'add_prefix_space': True, 'trim_offsets': True, 'use_regex': True},
        'model': {'type': 'BPE', 'dropout': None, 'unk_token': END, 'continuing_subword_prefix': '', 'end_of_word_suffix': LAST,
                  'fuse_unk': False, 'vocab': vocab, 'merges': [' '.join(merge) for merge in merges]},
    }


def merges_of(token: str, ranks: dict[Merge, int]) -> set[Merge]:
    """The merges that make a token of its characters."""
    ending = token.endswith(LAST)
    parts = list(token.removesuffix(LAST))
    if ending:
        parts[-1] += LAST
    used = set()
    while len(parts) > 1:
        pairs = [pair for pair in zip(parts, parts[1:]) if pair in ranks]
        if not pairs:
            raise ValueError(f'no merges make "{token}"')
        best = min(pairs, key=ranks.__getitem__)
        used.add(best)
        merged: list[str] = []
        for part in parts:
            if merged and (merged[-1], part) == best:
                merged[-1] += part
            else:
                merged.append(part)
        parts = merged
    return used


def part_for(tokens: list[str], merges: list[Merge]) -> list[Merge]:
    """The merges that these tokens need, in order: a merge that is never applied decides nothing."""
    ranks = {merge: place for place, merge in enumerate(merges)}
    used: set[Merge] = set()
    for token in tokens:
        used |= merges_of(token, ranks)
    return sorted(used, key=ranks.__getitem__)


def small_tokenizer(words: list[str]) -> dict:
    """The same kind with a vocabulary of small letters, digits, punctuation and these words, each merged from its beginning."""
    letters = [chr(code) for code in range(ord('!'), ord('~') + 1) if not chr(code).isupper()]
    merges: list[Merge] = []
    for word in words:
        parts = [*word[:-1], word[-1] + LAST]
        whole = parts[0]
        for part in parts[1:]:
            if (whole, part) not in merges:
                merges.append((whole, part))
            whole += part
    tokens = [*letters, *(letter + LAST for letter in letters), *(''.join(merge) for merge in merges), START, END]
    return tokenizer_json(merges, {token: place for place, token in enumerate(tokens)})
