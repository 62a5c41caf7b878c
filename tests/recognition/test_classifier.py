import numpy as np
import pytest

from arpipe.recognition.classifier import softmax, train
from arpipe.recognition.confusion import Confusion
from arpipe.recognition.samples import BLOCKS, Samples


def clouds(distance, count=60, classes=3, size=20, seed=0):
    """Samples of normal distributions whose centres are so many deviations apart."""
    rng = np.random.default_rng(seed)
    centers = np.eye(classes, size) * distance / np.sqrt(2)
    labels = np.repeat(np.arange(classes), count)
    vectors = (centers[labels] + rng.normal(0, 1, (len(labels), size))).astype(np.float32)
    blocks = np.tile(np.arange(count) * BLOCKS // count, classes)
    return Samples(vectors, labels, blocks)


def accuracy(training, samples):
    return float((training.classifier.scores(samples.vectors).argmax(axis=1) == samples.labels).mean())


def test_classes_far_apart_are_told_apart():
    training = train(clouds(8.0), 3)
    assert accuracy(training, clouds(8.0, seed=1)) == 1.0
    assert np.diag(training.confusion).tolist() == [60, 60, 60]


def test_one_sample_of_each_class_is_enough_to_train():
    samples = clouds(20.0, count=1)
    training = train(samples, 3)
    assert accuracy(training, clouds(20.0, seed=1)) > 0.95
    assert training.confusion.sum() == 0  # nothing can be left out


def test_scores_are_shares_of_right_answers():
    """Of answers with scores around 0.7, about 0.7 are right."""
    training, unseen = train(clouds(2.0, count=150), 3), clouds(2.0, count=600, seed=1)
    scores = training.classifier.scores(unseen.vectors)
    best, right = scores.max(axis=1), scores.argmax(axis=1) == unseen.labels
    for low in (0.4, 0.6, 0.8):
        inside = (best >= low) & (best < low + 0.2)
        assert right[inside].mean() == pytest.approx(best[inside].mean(), abs=0.1)
    np.testing.assert_allclose(scores.sum(axis=1), 1.0)


def test_the_confusion_is_that_of_unseen_samples():
    """Noise that is learned by heart is no merit."""
    noise = clouds(0.0, count=30, size=200)
    training = train(noise, 3)
    assert accuracy(training, noise) > 0.9
    assert np.diag(training.confusion).sum() / training.confusion.sum() == pytest.approx(1 / 3, abs=0.15)


def test_rare_classes_count_as_much_as_frequent_ones():
    both = clouds(3.0, count=100, classes=2)
    few = np.r_[0:100, 100:105]
    samples = Samples(both.vectors[few], both.labels[few], both.blocks[few])
    unseen = clouds(3.0, count=200, classes=2, seed=1)
    answers = train(samples, 2).classifier.scores(unseen.vectors).argmax(axis=1)
    assert (answers[200:] == 1).mean() > 0.6


def test_few_samples_give_less_certainty_than_many():
    unseen = clouds(6.0, seed=1).vectors
    few, many = (train(clouds(6.0, count=count), 3).classifier.scores(unseen) for count in (4, 100))
    assert few.max(axis=1).mean() < many.max(axis=1).mean() - 0.02


def test_softmax_survives_large_numbers():
    np.testing.assert_allclose(softmax(np.array([[1e4, 0.0], [-1e4, -1e4]])), [[1, 0], [0.5, 0.5]])


def test_classes_that_are_mixed_up_are_named_the_worst_first():
    counts = np.array([[6, 4, 0], [4, 6, 0], [0, 3, 7]])
    confusion = Confusion(("a", "b", "none"), counts)
    assert confusion.mixed_up(0.1) == [("a", "b", 0.4), ("b", "none", pytest.approx(0.15))]
    assert confusion.mixed_up() == [("a", "b", 0.4)]
    assert Confusion(("a", "none"), np.zeros((2, 2), int)).mixed_up() == []
