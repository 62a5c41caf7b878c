"""Tells classes apart by few samples: logistic regression, with probabilities calibrated on held-out blocks of time."""

import math
from dataclasses import dataclass

import numpy as np

from arpipe.recognition.samples import BETWEEN, Samples
from arpipe.types import Points

PENALTY = 3e-3  # of large weights; 1e-3 to 1e-2 tell all of MediaPipe's gesture pictures apart, 1e-1 does not
ITERATIONS = 200
LEAST_SPREAD = 0.05  # of an entry: what hardly changes must not count for much
COMMON_SPREAD_SAMPLES = 10.0  # as many samples as the common spread of all entries counts for
TEMPERATURES = np.geomspace(0.05, 5.0, 41)  # that are tried for the calibration


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """A trained classifier.

    Attributes:
        center: (d,) mean of the training samples.
        scale: (d,) deviation of each entry, times the root of d.
        weights: (d + 1, k), the last row is added.
        temperature: > 0; divides the logits, so that scores are shares of right answers.
    """

    center: Points
    scale: Points
    weights: Points
    temperature: float = 1.0

    def logits(self, vectors: Points) -> Points:
        """Return (n, k) logits of (n, d) samples, before calibration."""
        return _with_one((vectors - self.center) / self.scale) @ self.weights

    def scores(self, vectors: Points) -> Points:
        """Return (n, k) probabilities of (n, d) samples."""
        return softmax(self.logits(vectors) / self.temperature)


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """A classifier, and how well it did on samples that it had not seen.

    Attributes:
        classifier: Trained on all samples.
        confusion: (k, k) counts, actual by recognised class, each sample recognised by a classifier that was trained
            without its block of time; all 0 where no block can be left out.
    """

    classifier: Classifier
    confusion: np.ndarray


def train(samples: Samples, count: int) -> Training:
    """Train a classifier.

    Args:
        samples: At least one of each class.
        count: Number of classes, at least 2.
    """
    classifier = _fit(samples.vectors, samples.labels, count)
    logits, labels = _held_out(samples, count)
    confusion = np.zeros((count, count), np.int64)
    if not len(labels):
        return Training(classifier, confusion)
    np.add.at(confusion, (labels, logits.argmax(axis=1)), 1)
    calibrated = Classifier(
        classifier.center, classifier.scale, classifier.weights, _temperature(logits, labels)
    )
    return Training(calibrated, confusion)


def softmax(logits: Points) -> Points:
    """Return rows of probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Points = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _held_out(samples: Samples, count: int) -> tuple[Points, np.ndarray]:
    """Return logits and labels of samples, recognised without their block of time."""
    logits = [np.zeros((0, count), np.float32)]
    labels = [np.zeros(0, np.int64)]
    for block in np.unique(samples.blocks[samples.blocks != BETWEEN]):
        inside = samples.blocks == block
        others = ~inside & (samples.blocks != BETWEEN)
        if len(np.unique(samples.labels[others])) < count:
            continue
        classifier = _fit(samples.vectors[others], samples.labels[others], count)
        logits.append(classifier.logits(samples.vectors[inside]))
        labels.append(samples.labels[inside])
    return np.concatenate(logits), np.concatenate(labels)


def _temperature(logits: Points, labels: np.ndarray) -> float:
    """Return the temperature for which held-out answers are most probable.

    The targets are smoothed as in Platt's calibration, with one more wrong answer than was seen: of few samples, all of
    which are recognised, no certainty follows.
    """
    count, classes = logits.shape
    doubt = 1.0 / (count + 2.0)
    targets = np.full((count, classes), doubt / (classes - 1))
    targets[np.arange(count), labels] = 1.0 - doubt
    losses = [-(targets * np.log(softmax(logits / each) + 1e-12)).sum() for each in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _fit(vectors: Points, labels: np.ndarray, count: int) -> Classifier:
    """Minimise the logistic loss, every class of equal weight, by Nesterov's accelerated gradient."""
    center = vectors.mean(axis=0, dtype=np.float64)
    scale = _spread(vectors) * np.sqrt(vectors.shape[1])
    inputs = _with_one((vectors - center) / scale).astype(np.float32)  # half the time of float64
    targets = np.eye(count, dtype=np.float32)[labels]
    shares = (1.0 / (count * np.bincount(labels, minlength=count)[labels]))[:, np.newaxis].astype(np.float32)
    penalties = np.full((inputs.shape[1], 1), PENALTY, np.float32)
    penalties[-1] = 0.0
    weighted = inputs * np.sqrt(shares)
    gram = weighted @ weighted.T if len(inputs) < inputs.shape[1] else weighted.T @ weighted
    step = np.float32(1.0 / (0.5 * float(np.linalg.eigvalsh(gram)[-1]) + PENALTY))
    weights = ahead = np.zeros((inputs.shape[1], count), np.float32)
    momentum = 1.0
    for _ in range(ITERATIONS):
        gradient = inputs.T @ ((softmax(inputs @ ahead) - targets) * shares) + penalties * ahead
        following = ahead - step * gradient
        grown = (1.0 + math.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
        ahead = following + np.float32((momentum - 1.0) / grown) * (following - weights)
        weights, momentum = following, grown
    return Classifier(center, scale, weights)


def _spread(vectors: Points) -> Points:
    """Return (d,) deviations; those of few samples are drawn towards their common mean."""
    variances = vectors.var(axis=0, dtype=np.float64)
    count = len(vectors)
    drawn = (count * variances + COMMON_SPREAD_SAMPLES * variances.mean()) / (count + COMMON_SPREAD_SAMPLES)
    spread: Points = np.maximum(np.sqrt(drawn), LEAST_SPREAD)
    return spread


def _with_one(vectors: Points) -> Points:
    return np.hstack([vectors, np.ones((len(vectors), 1))])
