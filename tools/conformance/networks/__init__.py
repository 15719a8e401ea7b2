"""Every network of the conformance run that PyTorch defines."""

from __future__ import annotations

from ..network import Network
from .joint import JOINT
from .model_zoo import MODEL_ZOO
from .quantised import QUANTISED
from .readers import READERS
from .subjects import SUBJECTS
from .timm_tests import TIMM
from .torchvision_families import TORCHVISION

NETWORKS: tuple[Network, ...] = (*TORCHVISION, *TIMM, *JOINT, *READERS, *SUBJECTS, *QUANTISED, *MODEL_ZOO)
