"""Lists the public classes of pytorch-grad-cam, Captum and Quantus, which docs/comparison.md has to name.

    pip install grad-cam==1.5.7 captum==0.9.0 quantus==0.6.0
    python tools/reference/peer_names.py > packages/testing/test/fixtures/peer-names.json

Reads the sources and runs none of them.
"""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import json
from pathlib import Path

PEERS = {
    'pytorch-grad-cam': ('grad-cam', 'pytorch_grad_cam', ['__init__.py', 'metrics/*.py']),
    'Captum': (
        'captum',
        'captum',
        [f'{part}/__init__.py' for part in ('attr', 'concept', 'influence', 'metrics', 'robust')],
    ),
    'Quantus': ('quantus', 'quantus', ['metrics/*/*.py']),
}


def names_in(file: Path) -> set[str]:
    """What an `__init__.py` hands out, or the classes of another file."""
    body = ast.parse(file.read_text()).body
    if file.name != '__init__.py':
        return {node.name for node in body if isinstance(node, ast.ClassDef)}
    for node in body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], 'id', '') == '__all__':
            return set(ast.literal_eval(node.value))
    return {alias.name for node in body if isinstance(node, ast.ImportFrom) for alias in node.names}


def main() -> None:
    listed = {}
    for title, (distribution, package, patterns) in PEERS.items():
        spec = importlib.util.find_spec(package)
        base = Path(spec.submodule_search_locations[0])
        found = set().union(*(names_in(file) for pattern in patterns for file in base.glob(pattern)))
        listed[title] = {
            'version': importlib.metadata.version(distribution),
            'names': sorted(name for name in found if not name.startswith('_')),
        }
    print(json.dumps(listed, indent=2))


if __name__ == '__main__':
    main()
