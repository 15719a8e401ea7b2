"""Prints the operators of ONNX up to an opset, deprecated ones too, and those of com.microsoft that ONNX Runtime computes on the CPU, for the test
that every one stands in docs/operators.md.

    python tools/reference/onnx_operators.py 26 > packages/onnx-autodiff/test/fixtures/operators-opset-26.json
"""

import json
import sys

import onnx
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import get_all_opkernel_def

opset = int(sys.argv[1])
schemas = onnx.defs.get_all_schemas_with_history()
names = sorted({schema.name for schema in schemas if schema.domain == "" and schema.since_version <= opset})
kernels = sorted({
    kernel.op_name for kernel in get_all_opkernel_def()
    if kernel.domain == "com.microsoft" and kernel.provider == "CPUExecutionProvider"
})
print(json.dumps({
    "opset": opset, "onnx": onnx.__version__, "operators": names, "onnxruntime": onnxruntime.__version__, "microsoft": kernels,
}, indent=2))
