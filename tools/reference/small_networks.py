"""Small networks of the families that the gradients must cover, built from torchvision's own blocks where they allow a narrow one."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from . import torchvision_networks  # noqa: F401  (makes torchvision importable)

from torchvision.models.densenet import DenseNet
from torchvision.models.efficientnet import EfficientNet, MBConvConfig
from torchvision.models.googlenet import Inception
from torchvision.models.mobilenetv2 import MobileNetV2
from torchvision.models.mobilenetv3 import InvertedResidualConfig, MobileNetV3
from torchvision.models.resnet import Bottleneck
from torchvision.models.squeezenet import Fire
from torchvision.models.vgg import make_layers

CLASSES = 10


class ResNet(nn.Module):
    """Bottlenecks with projection shortcuts."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = self._stage(8, 4, 1)
        self.layer2 = self._stage(16, 8, 2)
        self.layer3 = self._stage(32, 12, 1)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(48, CLASSES)

    @staticmethod
    def _stage(channels: int, planes: int, stride: int) -> nn.Sequential:
        wide = planes * Bottleneck.expansion
        shortcut = nn.Sequential(nn.Conv2d(channels, wide, 1, stride, bias=False), nn.BatchNorm2d(wide))
        return nn.Sequential(Bottleneck(channels, planes, stride, shortcut), Bottleneck(wide, planes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class Vgg(nn.Module):
    """VGG with batch normalisation; its head flattens places, so CAM does not apply."""

    def __init__(self) -> None:
        super().__init__()
        self.features = make_layers([8, 'M', 12, 'M', 16, 16, 'M'], batch_norm=True)
        self.avgpool = nn.AdaptiveAvgPool2d(2)
        self.classifier = nn.Sequential(
            nn.Linear(64, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, CLASSES),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class MobileNetV1(nn.Module):
    """Depthwise separable convolutions; the head is a 1x1 convolution after the pooling."""

    def __init__(self) -> None:
        super().__init__()

        def separable(channels: int, wide: int, stride: int) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False), nn.BatchNorm2d(channels),
                nn.ReLU6(), nn.Conv2d(channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU6(),
            )

        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU6())
        self.blocks = nn.Sequential(separable(8, 16, 1), separable(16, 24, 2), separable(24, 32, 1))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Conv2d(32, CLASSES, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.head(self.pool(self.blocks(self.stem(x))))
        return x.squeeze(3).squeeze(2)


def mobilenet_v2() -> nn.Module:
    return MobileNetV2(CLASSES, inverted_residual_setting=[[1, 8, 1, 1], [4, 12, 2, 2], [4, 16, 1, 2]],
                       width_mult=0.5, round_nearest=4)


def mobilenet_v3() -> nn.Module:
    setting = partial(InvertedResidualConfig, dilation=1, width_mult=1.0)
    return MobileNetV3([
        setting(16, 3, 16, 16, True, 'RE', 2),
        setting(16, 3, 32, 24, False, 'HS', 1),
        setting(24, 5, 40, 24, True, 'HS', 2),
        setting(24, 5, 40, 24, True, 'HS', 1),
    ], last_channel=48, num_classes=CLASSES)


class SqueezeNet(nn.Module):
    """Fire modules; classes are scored at every place by a 1x1 convolution before the pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, 3, stride=2), nn.ReLU(), nn.MaxPool2d(3, stride=2, ceil_mode=True),
            Fire(16, 8, 16, 16), Fire(32, 8, 16, 16), nn.MaxPool2d(3, stride=2, ceil_mode=True), Fire(32, 8, 24, 24),
        )
        self.classifier = nn.Sequential(nn.Dropout(), nn.Conv2d(48, CLASSES, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.flatten(self.classifier(self.features(x)), 1)


def densenet() -> nn.Module:
    return DenseNet(growth_rate=8, block_config=(2, 3), num_init_features=12, bn_size=2, num_classes=CLASSES)


def efficientnet() -> nn.Module:
    setting = partial(MBConvConfig, width_mult=1.0, depth_mult=1.0)
    return EfficientNet([
        setting(1, 3, 1, 16, 8, 1), setting(4, 3, 2, 8, 16, 2), setting(4, 5, 2, 16, 24, 1),
    ], dropout=0.2, last_channel=64, num_classes=CLASSES)


class ResponseNormalisation(torch.autograd.Function):
    """Exports as one LRN node, as the networks of its day carry it; the exporter would write it as a 3D pooling."""

    @staticmethod
    def forward(ctx, x, size, alpha, beta, bias):
        return F.local_response_norm(x, size, alpha, beta, bias)

    @staticmethod
    def symbolic(g, x, size, alpha, beta, bias):
        return g.op('LRN', x, size_i=size, alpha_f=alpha, beta_f=beta, bias_f=bias).setType(x.type())


class LocalResponseNorm(nn.LocalResponseNorm):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.onnx.is_in_onnx_export() and torch.jit.is_tracing():
            return ResponseNormalisation.apply(x, self.size, self.alpha, self.beta, self.k)
        return super().forward(x)


class GoogLeNet(nn.Module):
    """Inception modules behind local response normalisation."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 12, 7, stride=2, padding=3)
        self.relu = nn.ReLU()
        self.pool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.norm1 = LocalResponseNorm(5, alpha=0.5, beta=0.75, k=2.0)
        self.inception3a = Inception(12, 8, 8, 12, 4, 8, 8)
        self.inception3b = Inception(36, 12, 8, 16, 4, 12, 8)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(48, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm1(self.pool1(self.relu(self.conv1(x))))
        x = self.inception3b(self.inception3a(x))
        return self.fc(self.dropout(torch.flatten(self.avgpool(x), 1)))


class Shuffled(nn.Module):
    """What ShuffleNet adds (split, grouped convolution, channel shuffle) and the corners of convolution and pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.pad = nn.ZeroPad2d((0, 1, 2, 1))
        self.conv1 = nn.Conv2d(3, 12, (3, 4), stride=(2, 1))
        self.leaky = nn.LeakyReLU(0.1)
        self.pool1 = nn.MaxPool2d((3, 2), stride=2, padding=(1, 0), ceil_mode=True)
        self.conv2 = nn.Conv2d(12, 24, 3, padding=2, dilation=2, groups=3, bias=False)
        self.bn2 = nn.BatchNorm2d(24)
        self.pool2 = nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)
        self.branch = nn.Sequential(
            nn.Conv2d(12, 12, 3, padding=1, groups=12, bias=False), nn.BatchNorm2d(12), nn.Tanh(),
            nn.Conv2d(12, 12, (1, 3), padding=(0, 1)), nn.Hardsigmoid(),
        )
        self.pool3 = nn.AvgPool2d(2, stride=1, padding=1, count_include_pad=True)
        self.conv3 = nn.Conv2d(24, 32, 1)
        self.relu = nn.ReLU()
        self.fc = nn.Linear(64, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool1(self.leaky(self.conv1(self.pad(x))))
        x = self.pool2(F.silu(self.bn2(self.conv2(x))))
        kept, changed = x.chunk(2, dim=1)
        x = torch.cat([kept, self.branch(changed) - 0.5 * kept], dim=1)
        batch, channels, height, width = x.shape
        x = x.view(batch, 2, channels // 2, height, width).transpose(1, 2).reshape(batch, channels, height, width)
        x = self.relu(self.conv3(self.pool3(x)))
        x = x[:, :, 1:, :-1]
        highest = torch.flatten(F.adaptive_max_pool2d(x, 1), 1)
        return self.fc(torch.cat([x.mean((2, 3)), highest], dim=1))


NETWORKS = OrderedDict([
    ('resnet', ResNet),
    ('vgg', Vgg),
    ('mobilenet-v1', MobileNetV1),
    ('mobilenet-v2', mobilenet_v2),
    ('mobilenet-v3', mobilenet_v3),
    ('squeezenet', SqueezeNet),
    ('densenet', densenet),
    ('efficientnet', efficientnet),
    ('googlenet', GoogLeNet),
    ('shuffled', Shuffled),
])
