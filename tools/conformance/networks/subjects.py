"""Networks of every kind that a vision toolkit meets, small and with random weights: detectors, segmenters, embeddings."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from reference import detectors, torchvision_networks  # noqa: F401  (makes torchvision importable)
from reference.onnx_export import Export
from reference.random_weights import random_images

import torchvision.extension
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator, DefaultBoxGenerator
from torchvision.models.detection.ssd import SSD
from torchvision.models.segmentation.deeplabv3 import DeepLabHead, DeepLabV3
from torchvision.models.segmentation.fcn import FCNHead

from ..network import Inputs, Network, images

SIZE = 64
CLASSES = 12
DETECTION, SEGMENTATION, FEATURES = 'object-detection', 'image-segmentation', 'image-feature-extraction'


def block(into: int, out: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(into, out, 3, stride, dilation, dilation, bias=False), nn.BatchNorm2d(out), nn.ReLU())


class UNet(nn.Module):
    """Ronneberger et al. 2015: pairs of convolutions, pooling down, transposed convolutions up, what was seen on the way down beside them."""

    def __init__(self, widths: tuple[int, ...] = (8, 12, 16)) -> None:
        super().__init__()
        pair = lambda into, out: nn.Sequential(block(into, out), block(out, out))  # noqa: E731
        self.down = nn.ModuleList(pair(into, out) for into, out in zip((3, *widths), widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(into, out, 2, 2) for into, out in zip(widths[:0:-1], widths[-2::-1]))
        self.join = nn.ModuleList(pair(2 * out, out) for out in widths[-2::-1])
        self.head = nn.Conv2d(widths[0], CLASSES, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for at, stage in enumerate(self.down):
            x = stage(x if at == 0 else F.max_pool2d(x, 2))
            kept.append(x)
        for up, join, skip in zip(self.up, self.join, kept[-2::-1]):
            x = join(torch.cat([skip, up(x)], 1))
        return self.head(x)


class Maps(nn.Module):
    """A backbone as torchvision's segmenters and detectors want it: maps by name."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names, self.out_channels = names, 24
        self.stem = nn.Sequential(block(3, 12, 2), block(12, 16, 2))
        self.stages = block(16, 24, 2)
        self.wide = block(24, 24, 1, 2)

    def forward(self, x: torch.Tensor) -> OrderedDict[str, torch.Tensor]:
        middle = self.stages(self.stem(x))
        return OrderedDict(zip(self.names, (self.wide(middle), middle)))


class DeepLab(nn.Module):
    """torchvision's DeepLabV3, dilated pooling pyramid and all; with a head beside it that was for training where that is asked for."""

    def __init__(self, auxiliary: bool = False) -> None:
        super().__init__()
        self.network = DeepLabV3(Maps(('out', 'aux')), DeepLabHead(24, CLASSES, (2, 4, 6)), FCNHead(24, CLASSES) if auxiliary else None)

    def forward(self, x: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, torch.Tensor]:
        found = self.network(x)
        return (found['out'], found['aux']) if 'aux' in found else found['out']


class Ssd(nn.Module):
    """Liu et al. 2016: offsets to default boxes at two scales, decoded, and a softmax over the background and the classes."""

    SIDES = (8, 4)

    def __init__(self, normalised: bool = True) -> None:
        super().__init__()
        self.backbone = Maps(('first', 'second'))
        self.extra = block(24, 24, 2)
        self.boxes = nn.ModuleList(nn.Conv2d(24, 2 * 4, 3, 1, 1) for _ in self.SIDES)
        self.scores = nn.ModuleList(nn.Conv2d(24, 2 * (1 + CLASSES), 3, 1, 1) for _ in self.SIDES)
        defaults = []
        for side, size in zip(self.SIDES, (0.2, 0.5)):
            y, x = torch.meshgrid((torch.arange(side) + 0.5) / side, (torch.arange(side) + 0.5) / side, indexing='ij')
            for wide, high in ((size, size), (size * 2**0.5, size / 2**0.5)):
                defaults.append(torch.stack([x, y, torch.full_like(x, wide), torch.full_like(x, high)], -1))
            defaults[-2:] = [torch.stack(defaults[-2:], 2).reshape(-1, 4)]
        self.register_buffer('defaults', torch.cat(defaults))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        first = self.backbone(x)['first']
        maps = (first, self.extra(first))

        def rows(heads: nn.ModuleList, width: int) -> torch.Tensor:
            return torch.cat([head(each).permute(0, 2, 3, 1).flatten(1).unflatten(1, (-1, width)) for head, each in zip(heads, maps)], 1)

        offsets = rows(self.boxes, 4)
        centre = self.defaults[:, :2] + offsets[..., :2] * 0.1 * self.defaults[:, 2:]
        half = self.defaults[:, 2:] * (offsets[..., 2:] * 0.2).exp() / 2
        return torch.cat([centre - half, centre + half], 2), rows(self.scores, 1 + CLASSES).softmax(2)


class Suppressed(nn.Module):
    """A detector of torchvision with everything that it does around its network: one picture in, boxes that are left out."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        found = self.network(list(x))
        found = (found[1] if isinstance(found, tuple) else found)[0]
        return found['boxes'], found['scores'], found['labels']


def ssd() -> nn.Module:
    """The whole of torchvision's SSD."""
    boxes = DefaultBoxGenerator([[2], [2]], scales=[0.2, 0.5, 0.9])
    backbone = Maps(('0', '1'))
    backbone.out_channels = [24, 24]
    return Suppressed(SSD(backbone, boxes, (SIZE, SIZE), CLASSES, score_thresh=0.01, detections_per_img=10, topk_candidates=20))


def faster_rcnn() -> nn.Module:
    """Ren et al. 2015 as torchvision has it: proposals, RoiAlign, a head."""
    anchors = AnchorGenerator(((16,), (32,)), ((0.5, 1.0, 2.0),) * 2)
    network = FasterRCNN(
        Maps(('0', '1')), CLASSES, min_size=SIZE, max_size=SIZE, rpn_anchor_generator=anchors, rpn_pre_nms_top_n_test=20,
        rpn_post_nms_top_n_test=10, box_score_thresh=0.01, box_detections_per_img=8,
    )
    network.roi_heads.box_roi_pool.featmap_names = ['0', '1']
    return Suppressed(network)


class Embedding(nn.Module):
    """One branch of a siamese network: an embedding of length one."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.stages = nn.Sequential(block(3, 12, 2), block(12, 24, 2), block(24, 32, 2))
        self.dense = nn.Linear(32, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.dense(self.stages(x).mean((2, 3))), dim=1)


class Siamese(nn.Module):
    """Both branches with the same weights, and how alike the pictures are; Koch et al. 2015 weigh the distances of what the branches say."""

    def __init__(self) -> None:
        super().__init__()
        self.branch = Embedding()
        self.weigh = nn.Linear(64, 1)

    def forward(self, x: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        return self.weigh((self.branch(x) - self.branch(other)).abs()).sigmoid()


def two_pictures(seed: int) -> Inputs:
    return {'input': random_images(2, SIZE, seed), 'other': random_images(2, SIZE, seed + 7)}


def one_picture(seed: int) -> Inputs:
    return {'input': random_images(1, SIZE, seed)}


def have_operators() -> bool:
    """Whether torchvision has its compiled operators, such as non-maximum suppression, which some builds lack."""
    return torchvision.extension._has_ops()


ONE = (Export('torchscript', 17, 1), Export('torchscript', 12, 1), Export('dynamo', 18, 1))
SUPPRESSED = ('boxes', 'scores', 'labels')


def detector(name: str, build: type[nn.Module], *outputs: str, layer: str = 'backbone.stages', subject: str = DETECTION) -> Network:
    return Network(name, build, SIZE, layer, outputs=outputs or ('output0',), by_cotangents=True, subject=subject)


SUBJECTS = (
    detector('yolov8', detectors.YoloV8),
    detector('yolov5', detectors.YoloV5),
    detector('yolox', detectors.YoloX),
    detector('retina', detectors.RetinaLike, 'boxes', 'scores'),
    # Nothing in the file tells a softmax with "no object" from a sigmoid of each class.
    detector('detr-transformers', detectors.Detr, 'logits', 'pred_boxes', layer=detectors.Detr.layer, subject=f'{DETECTION}:detr'),
    detector('ssd', Ssd, 'boxes', 'scores', layer='backbone.wide'),
    *((
        Network('ssd-suppressed', ssd, SIZE, 'network.backbone.wide', one_picture, SUPPRESSED, settings=ONE, subject=DETECTION),
        Network('faster-rcnn', faster_rcnn, SIZE, 'network.backbone.stages', one_picture, SUPPRESSED, settings=ONE, subject=DETECTION),
    ) if have_operators() else ()),
    Network('unet', UNet, SIZE, 'down.2', outputs=('logits',), by_cotangents=True, subject=SEGMENTATION),
    Network('segformer', detectors.SegFormer, SIZE, detectors.SegFormer.layer, by_cotangents=True),
    Network('deeplab', DeepLab, SIZE, 'network.backbone.wide', by_cotangents=True, subject=SEGMENTATION),
    Network('deeplab-auxiliary', partial(DeepLab, True), SIZE, 'network.backbone.stages', outputs=('out', 'aux'), subject=SEGMENTATION),
    Network('embedding', Embedding, SIZE, 'stages.2', outputs=('embedding',), subject=FEATURES),
    Network('siamese', Siamese, SIZE, 'branch.stages.2', two_pictures, ('similarity',), by_cotangents=True),
)
