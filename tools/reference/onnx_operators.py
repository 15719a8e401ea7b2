"""Prints the operators of ONNX up to an opset, deprecated ones too, for the test that every one stands in docs/operators.md.

    python tools/reference/onnx_operators.py 26 > packages/onnx-autodiff/test/fixtures/operators-opset-26.json
"""

import json
import sys

import onnx

opset = int(sys.argv[1])
schemas = onnx.defs.get_all_schemas_with_history()
names = sorted({schema.name for schema in schemas if schema.domain == "" and schema.since_version <= opset})
print(json.dumps({"opset": opset, "onnx": onnx.__version__, "operators": names}, indent=2))
