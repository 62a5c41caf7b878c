import numpy as np

from arpipe.custom.summary import named, summarise, with_times
from arpipe.inference.layer_times import measure_operators
from tests.custom.networks import classifier, picture, residual


def test_parameters_and_multiply_adds_follow_from_the_definition():
    layers = {layer.name: layer for layer in summarise(classifier(), (1, 3, 32, 32)).layers}
    assert (layers["c1"].shape, layers["c1"].parameters) == ((1, 8, 16, 16), 8 * 3 * 9)
    assert layers["c1"].multiply_adds == 16 * 16 * 8 * 3 * 9
    assert layers["c2"].parameters == 12 * 8 * 9 + 12
    assert (layers["logits"].parameters, layers["logits"].multiply_adds) == (4 * 12 + 4, 4 * 12)
    assert layers["r1"].multiply_adds == 0


def test_totals_are_sums():
    summary = summarise(residual(), (1, 3, 32, 32))
    assert summary.parameters == 6 * 3 * 9 + 2 * 6 * 6 * 9 + 6 * 64 * 3
    assert summary.time_ms is None


def test_measured_times_go_to_layers():
    model = classifier(size=64)
    summary = summarise(model, (1, 3, 64, 64))
    measured = measure_operators(named(model).SerializeToString(), "made", {"x": picture(64)}, runs=3)
    timed = with_times(summary, measured)
    by_kind = {layer.kind for layer in timed.layers if layer.time_ms is not None}
    assert {"Conv", "Gemm"} <= by_kind
    assert np.isclose(timed.time_ms, sum(operator.time_ms for operator in measured))
    assert {operator.provider for operator in measured} == {"cpu"}
