"""The cost of planning grows with the number of inputs and not with its square: calls are counted, not seconds."""

from pathlib import Path

import pytest

from arpipe.apps.batch.planning import plan as batch_plan
from arpipe.apps.batch.planning.output_folders import prepare
from arpipe.apps.batch.planning.plan import make_plan
from tests.scaling import MOST_GROWTH, growth


def test_counting_tells_linear_from_quadratic():
    assert max(growth(lambda number: [abs(each) for each in range(number)], 100)) < MOST_GROWTH
    assert min(growth(lambda number: [abs(each) for each in range(number * number)], 20)) > 3.0


@pytest.mark.parametrize("same_names", [False, True])
def test_planning_is_linear_in_the_number_of_inputs(tmp_path: Path, monkeypatch, same_names):
    monkeypatch.setattr(batch_plan, "media_kind", lambda path: "images")

    def plan(number: int) -> None:
        made = make_plan(
            paths_of[number], tmp_path / f"out{number}", tmp_path / f"data{number}", "csv", "h264"
        )
        prepare(made)
        assert len(made.jobs) == number

    paths_of = {}
    for number in (50, 100, 200):
        paths = [
            tmp_path / str(number) / (f"{index}/a.png" if same_names else f"{index}.png")
            for index in range(number)
        ]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        paths_of[number] = [str(path) for path in paths]
    assert max(growth(plan, 50)) < MOST_GROWTH


def test_folder_of_photos_and_videos_is_planned_without_opening_any(tmp_path: Path, monkeypatch):
    footage = tmp_path / "footage"
    footage.mkdir()
    for number in range(200):
        (footage / f"{number}{('.jpg', '.mp4')[number % 2]}").touch()
    monkeypatch.setattr(batch_plan, "media_kind", lambda path: pytest.fail(f"{path} was opened"))
    made = make_plan([str(footage)], tmp_path / "out", tmp_path / "data", None, "h264")
    assert len(made.jobs) == 200
    assert {job.kind for job in made.jobs} == {"images", "video"}
