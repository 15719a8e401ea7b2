"""Every network of the conformance run that PyTorch defines."""

from __future__ import annotations

from ..network import Network
from .joint import JOINT
from .model_zoo import MODEL_ZOO
from .readers import READERS
from .timm_tests import TIMM
from .torchvision_families import TORCHVISION

NETWORKS: tuple[Network, ...] = (*TORCHVISION, *TIMM, *JOINT, *READERS, *MODEL_ZOO)
