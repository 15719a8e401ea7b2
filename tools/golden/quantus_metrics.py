"""Writes fixtures/golden/quantus/metrics.json: what Quantus 0.6.0 (and, where its answer is not that of the paper, AIX360 or Captum) measures on small arrays.

    pip install -r tools/requirements.txt
    pip install --no-deps quantus==0.6.0 aix360==0.3.0 captum==0.9.0
    pip install pandas scikit-learn scikit-image matplotlib tqdm cachetools
    python tools/golden/quantus_metrics.py

Networks are a 1x1 convolution, a ReLU and a linear layer, whose weights are in the file, as are pictures, maps, masks and whatever was drawn; all numbers
have few digits, so that they are the same ones on either side. Every metric is called with one sample at a time: Quantus divides maps by the largest value
of the whole batch. `decision 0016` says where ours differ; the functions below name what is set against it.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import quantus
import torch
from aix360.metrics import monotonicity_metric
from captum.metrics import infidelity as captum_infidelity
from quantus.helpers.utils import get_block_indices

from reference.json_file import write_json
from reference.shared_data import REPOSITORY

CLASSES = 3
SAMPLES = 3


def rounded(array: np.ndarray, digits: int = 3) -> np.ndarray:
    return np.round(np.asarray(array, np.float64), digits)


class Case:
    """A network with pictures `[N, C, H, W]`, maps `[N, 1, H, W]`, masks of an object and two explainers' weights `[classes, H, W]`."""

    def __init__(self, seed: int, channels: int, height: int, width: int) -> None:
        draw = np.random.default_rng(seed)
        self.size = (channels, height, width)
        self.convolution = (rounded(draw.normal(size=(4, channels))), rounded(0.3 * draw.normal(size=4)))
        features = 4 * height * width
        self.linear = (rounded(0.2 * draw.normal(size=(CLASSES, features))), rounded(draw.normal(size=CLASSES)))
        self.pictures = rounded(draw.normal(size=(SAMPLES, channels, height, width)))
        self.maps = rounded(draw.normal(size=(SAMPLES, 1, height, width)), 4)
        self.targets = np.arange(SAMPLES) % CLASSES
        self.masks = np.zeros((SAMPLES, 1, height, width), int)
        self.masks[0, 0, 1:4, 2:6] = 1
        self.masks[1, 0, :2, :] = 1
        self.masks[2, 0, 3:, 1:3] = 1
        self.explained = rounded(draw.normal(size=(CLASSES, height, width)))
        self.model = torch.nn.Sequential(torch.nn.Conv2d(channels, 4, 1), torch.nn.ReLU(), torch.nn.Flatten(),
                                         torch.nn.Linear(features, CLASSES)).double().eval()
        with torch.no_grad():
            self.model[0].weight[:] = torch.from_numpy(self.convolution[0])[:, :, None, None]
            self.model[0].bias[:] = torch.from_numpy(self.convolution[1])
            self.model[3].weight[:] = torch.from_numpy(self.linear[0])
            self.model[3].bias[:] = torch.from_numpy(self.linear[1])

    def explain(self, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """A map that depends on picture and class: the sum of a pixel's channels times the class's weight, plus 0.3 of its square."""
        brightness = np.asarray(inputs, np.float64).sum(1)
        return (brightness * self.explained[np.asarray(targets)] + 0.3 * brightness ** 2)[:, None]

    def written(self) -> dict:
        channels, height, width = self.size
        flat = lambda array: [values.reshape(-1).tolist() for values in array]
        return {
            'channels': channels, 'height': height, 'width': width,
            'convolution': {'weights': self.convolution[0].tolist(), 'bias': self.convolution[1].tolist()},
            'linear': {'weights': self.linear[0].tolist(), 'bias': self.linear[1].tolist()},
            'pictures': flat(self.pictures), 'maps': flat(self.maps), 'targets': self.targets.tolist(),
            'masks': flat(self.masks), 'explained': flat(self.explained),
        }


class Float64(torch.nn.Module):
    """Quantus hands over float32."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs.double()


def measured(case: Case, metric: quantus.Metric, masks: bool = False, maps: np.ndarray | None = None, **options) -> list:
    values = []
    for sample in range(SAMPLES):
        one = slice(sample, sample + 1)
        found = metric(
            model=torch.nn.Sequential(Float64(), *case.model).eval(), x_batch=case.pictures[one], y_batch=case.targets[one],
            a_batch=(case.maps if maps is None else maps)[one].copy(), s_batch=case.masks[one] if masks else None,
            channel_first=True, explain_func=lambda model, inputs, targets, **_: case.explain(inputs, targets),
            device='cpu', **options)
        values.append(np.asarray(found[0]).tolist())
    return values


quiet = {'disable_warnings': True, 'display_progressbar': False}


def complexity(case: Case) -> dict:
    return {
        'complexity': measured(case, quantus.Complexity(**quiet)),
        'effective': {eps: measured(case, quantus.EffectiveComplexity(eps=float(eps), **quiet)) for eps in ('0.1', '0.5')},
        'sparseness': measured(case, quantus.Sparseness(**quiet)),
    }


def faithfulness_correlation(case: Case) -> dict:
    """Every pixel is one value of the grey pictures. `subsets` has those of each sample in the order in which they were drawn."""
    subsets: list[list[int]] = []
    original = np.random.choice

    def kept(features: int, size: int, replace: bool) -> np.ndarray:
        chosen = original(features, size, replace=replace)
        subsets.append(chosen.tolist())
        return chosen

    runs = 12
    np.random.seed(3)
    np.random.choice = kept
    try:
        values = measured(case, quantus.FaithfulnessCorrelation(nr_runs=runs, subset_size=9, **quiet))
    finally:
        np.random.choice = original
    return {'values': values, 'subsets': [subsets[sample * runs:(sample + 1) * runs] for sample in range(SAMPLES)]}


def faithfulness_estimate(case: Case) -> dict:
    return {step: measured(case, quantus.FaithfulnessEstimate(features_in_step=int(step), **quiet)) for step in ('1', '6')}


def monotonicity(case: Case) -> dict:
    """AIX360's, of the probability; Quantus fills the picture without pixels with what it is filled with already, and finds all maps monotonic."""
    class Classifier:
        def predict_proba(self, rows: np.ndarray) -> np.ndarray:
            with torch.no_grad():
                return torch.softmax(case.model(torch.from_numpy(rows.reshape(-1, *case.size))), 1).numpy()

    # The second picture differs from the one without pixels only where that speaks for a class against every other one, so that nothing falls.
    pictures, values, quantus_values = [], [], measured(case, quantus.Monotonicity(**quiet))
    for sample in range(SAMPLES):
        picture = case.pictures[sample].reshape(-1).copy()
        base = np.full_like(picture, picture.min())
        if sample == 1:
            with torch.no_grad():
                rows = torch.from_numpy(np.stack([base, *np.where(np.eye(picture.size, dtype=bool), picture, base)]))
                logits = case.model(rows.reshape(-1, *case.size)).numpy()
            gains = logits[1:] - logits[0]
            target = int((gains[:, :, None] - gains[:, None] >= 0).all(2).sum(0).argmax())
            speaks = (gains[:, [target]] >= gains).all(1)
            picture = np.where(speaks, picture, base)
        target = int(Classifier().predict_proba(picture)[0].argmax())
        own = case.maps[sample].reshape(-1)
        pictures.append(picture.tolist())
        values.append({'target': target, 'value': bool(monotonicity_metric(Classifier(), picture, own, base))})
    return {'pictures': pictures, 'aix360': values, 'quantus': quantus_values}


def monotonicity_correlation(case: Case) -> dict:
    """`drawn[sample]` has one value for all pixels of a step and draw."""
    kept: list[float] = []
    source = np.random.default_rng(5)

    def replaced(arr: np.ndarray, indices: np.ndarray, **_) -> np.ndarray:
        value = float(rounded(source.uniform(-2, 2)))
        kept.append(value)
        changed = arr.copy()
        changed[np.arange(len(arr))[:, None], indices] = value
        return changed

    steps, draws = 8, 4
    values = measured(case, quantus.MonotonicityCorrelation(nr_samples=draws, features_in_step=6, perturb_func=replaced, **quiet))
    return {'values': values, 'steps': steps, 'draws': draws, 'drawn': np.reshape(kept, (SAMPLES, -1)).tolist()}


def each_patch_alone(case: Case, sample: int):
    """Quantus hands on the picture in which the patches before are replaced already; this starts from the picture each time."""
    def replaced(arr: np.ndarray, indices: np.ndarray, **_) -> np.ndarray:
        changed = case.pictures[sample:sample + 1].reshape(1, -1).copy()
        changed[np.arange(1)[:, None], indices] = changed.min()
        return changed
    return replaced


def infidelity(case: Case) -> dict:
    patch = 2
    alone, scaled = [], []
    for sample in range(SAMPLES):
        metric = quantus.Infidelity(perturb_patch_sizes=[patch], n_perturb_samples=1, perturb_func=each_patch_alone(case, sample), **quiet)
        alone.append(measured(case, metric)[sample])
        picture, target = case.pictures[sample:sample + 1], int(case.targets[sample])
        blocks = list(get_block_indices(picture, patch))

        def perturbed(inputs: torch.Tensor):
            changed = inputs.clone().reshape(len(blocks), -1)
            for row, indices in enumerate(blocks):
                changed[row, indices[0]] = float(picture.min())
            changed = changed.view_as(inputs)
            return inputs - changed, changed

        map_ = np.broadcast_to(case.maps[sample:sample + 1], picture.shape).copy()
        scaled.append(captum_infidelity(case.model, perturbed, torch.from_numpy(picture), torch.from_numpy(map_), target=target,
                                        n_perturb_samples=len(blocks), normalize=True).item())
    return {'patch': patch, 'values': alone, 'captum': scaled,
            'accumulated': measured(case, quantus.Infidelity(perturb_patch_sizes=[patch], n_perturb_samples=1, **quiet))}


def region_perturbation(case: Case, patch: int) -> dict:
    return {'patch': patch, 'regions': 5, **{order: measured(case, quantus.RegionPerturbation(patch_size=patch, order=order, regions_evaluation=5, **quiet))
                                             for order in ('morf', 'lerf')}}


def localisation(case: Case) -> dict:
    own = lambda metric, maps=None: measured(case, metric, masks=True, maps=maps)
    return {
        'mass': own(quantus.RelevanceMassAccuracy(**quiet)),
        'mass of the positive part': own(quantus.RelevanceMassAccuracy(**quiet), np.maximum(case.maps, 0)),
        'rank': own(quantus.RelevanceRankAccuracy(**quiet)),
        'attribution': own(quantus.AttributionLocalisation(**quiet)),
        'attribution of the positive part': own(quantus.AttributionLocalisation(abs=False, positive_attributions=True, **quiet)),
        'top 10': own(quantus.TopKIntersection(k=10, **quiet)),
        'top 10, weighted': own(quantus.TopKIntersection(k=10, concept_influence=True, **quiet)),
    }


def robustness(case: Case) -> dict:
    """`noise` has what was added to each sample in each draw."""
    noise: list[list[float]] = []
    source = np.random.default_rng(7)

    def noisy(arr: np.ndarray, indices: np.ndarray, **_) -> np.ndarray:
        added = rounded(0.1 * source.normal(size=arr.shape), 4)
        noise.append(added.reshape(-1).tolist())
        return arr + added

    maps = np.stack([case.explain(case.pictures[at:at + 1], case.targets[at:at + 1])[0] for at in range(SAMPLES)])
    draws = 3
    lipschitz = measured(case, quantus.LocalLipschitzEstimate(nr_samples=draws, perturb_func=noisy, **quiet), maps=maps)
    return {
        'continuity': {steps: measured(case, quantus.Continuity(nr_steps=int(steps), **quiet)) for steps in ('4', '5')},
        'lipschitz': {'values': lipschitz, 'draws': draws,
                      'noise': [noise[sample * draws:(sample + 1) * draws] for sample in range(SAMPLES)]},
    }


def random_logit(case: Case) -> dict:
    """`other` is the class that Quantus draws; by Spearman's correlation, since its structural similarity is of the map as one long row."""
    others: list[int] = []
    kept = case.explain

    def explain(inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        others.append(int(targets[0]))
        return kept(inputs, targets)

    maps = np.stack([kept(case.pictures[at:at + 1], case.targets[at:at + 1])[0] for at in range(SAMPLES)])
    case.explain = explain
    metric = quantus.RandomLogit(num_classes=CLASSES, similarity_func=quantus.similarity_func.correlation_spearman, **quiet)
    values = measured(case, metric, maps=maps)
    case.explain = kept
    return {'values': values, 'others': others}


def main() -> None:
    warnings.simplefilter('ignore')
    grey, colour = Case(1, 1, 6, 8), Case(2, 3, 8, 8)
    golden = {
        'made': 'tools/golden/quantus_metrics.py, with Quantus 0.6.0, AIX360 0.3.0 and Captum 0.9.0',
        'cases': {'grey': grey.written(), 'colour': colour.written()},
        'complexity': complexity(grey),
        'faithfulnessCorrelation': faithfulness_correlation(grey),
        'faithfulnessEstimate': faithfulness_estimate(grey),
        'monotonicity': monotonicity(grey),
        'monotonicityCorrelation': monotonicity_correlation(grey),
        'infidelity': infidelity(colour),
        'regionPerturbation': {'colour': region_perturbation(colour, 2), 'grey': region_perturbation(grey, 4)},
        'localisation': localisation(grey),
        'robustness': robustness(grey),
        'randomLogit': random_logit(grey),
    }
    folder = REPOSITORY / 'fixtures' / 'golden' / 'quantus'
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / 'metrics.json', golden)


if __name__ == '__main__':
    main()
