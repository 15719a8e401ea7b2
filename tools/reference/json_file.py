"""JSON as the repository's formatter leaves it: two spaces, short lists on one line."""

from __future__ import annotations

import json
import re
from pathlib import Path


def write_json(path: Path, value: object) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    text = re.sub(r'\[\s+([^\[\]{}]*?)\s+\]', one_line, text)
    path.write_text(text + '\n', encoding='utf-8')


def one_line(match: re.Match) -> str:
    items = re.sub(r',\s+', ', ', match[1])
    return f'[{items}]'
