"""Where development data lies that the repository does not carry."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def shared_data() -> Path:
    """`$UNDERSTORY_SHARED`, or `shared` beside the repository."""
    return Path(os.environ.get('UNDERSTORY_SHARED', REPOSITORY.parent / 'shared'))
