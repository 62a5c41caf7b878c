import numpy as np
import pytest

from arpipe.tracking.expressions.neutral import LEARNING_S, NeutralFace

RATE = 30


def shown(neutral, seconds, scores, start_s=0.0):
    """Feed constant scores for a while; the last relative ones."""
    scores = np.array(scores, np.float32)
    for index in range(int(seconds * RATE)):
        neutral.observe(scores, start_s + index / RATE)
    return neutral.relative(scores)


def test_scores_are_as_they_are_before_anything_is_learned():
    scores = np.array([0.2, 0.7], np.float32)
    np.testing.assert_array_equal(NeutralFace().relative(scores), scores)


def test_a_resting_face_becomes_neutral_within_its_first_seconds():
    neutral = NeutralFace()
    np.testing.assert_allclose(shown(neutral, LEARNING_S, [0.4, 0.1]), 0.0, atol=1e-6)
    np.testing.assert_allclose(neutral.relative(np.array([1.0, 1.0], np.float32)), 1.0, atol=1e-6)
    assert neutral.relative(np.array([0.7, 0.1], np.float32))[0] == pytest.approx(0.5, abs=1e-5)


def test_a_short_expression_while_learning_changes_nothing():
    neutral = NeutralFace()
    shown(neutral, 2.0, [0.1])
    shown(neutral, 0.5, [0.9], 2.0)
    shown(neutral, 0.5, [0.1], 2.5)
    assert neutral.relative(np.array([0.1], np.float32))[0] == pytest.approx(0.0, abs=1e-6)
    assert neutral.relative(np.array([1.0], np.float32))[0] == pytest.approx(1.0)


def test_a_smile_at_the_start_is_forgotten_once_it_ends():
    neutral = NeutralFace()
    shown(neutral, LEARNING_S + 1, [0.8])
    shown(neutral, 5.0, [0.1], LEARNING_S + 1)
    assert neutral.relative(np.array([0.8], np.float32))[0] > 0.7


def test_a_long_expression_stays_one():
    neutral = NeutralFace()
    shown(neutral, LEARNING_S, [0.1])
    assert shown(neutral, 10.0, [0.9], LEARNING_S)[0] > 0.75


def test_neutral_scores_near_one_do_not_magnify_noise():
    neutral = NeutralFace()
    shown(neutral, LEARNING_S, [0.95])
    assert neutral.relative(np.array([0.97], np.float32))[0] < 0.1


def test_learning_can_begin_anew():
    neutral = NeutralFace()
    shown(neutral, LEARNING_S + 1, [0.1])
    neutral.forget()
    assert shown(neutral, LEARNING_S, [0.6], 10.0)[0] == pytest.approx(0.0, abs=1e-6)
