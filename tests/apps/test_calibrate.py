"""Calibration against a synthetic camera and a real one."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from arpipe.__main__ import main
from arpipe.apps.calibrate import calibrate
from arpipe.errors import ConfigError, MediaError
from arpipe.io.calibration import load_intrinsics
from tests.apps.boards import TILTS, TRUTH, board_seen_at


def test_synthetic_camera_is_found(tmp_path: Path) -> None:
    for index, tilt in enumerate(TILTS):
        cv2.imwrite(str(tmp_path / f"{index}.png"), board_seen_at(*tilt))
    found = calibrate(sorted(tmp_path.glob("*.png")))
    assert len(found.used) == len(TILTS)
    assert found.error_px < 0.2
    assert found.camera.fx == pytest.approx(TRUTH.fx, rel=0.01)
    assert (found.camera.cx, found.camera.cy) == pytest.approx((TRUTH.cx, TRUTH.cy), abs=4.0)


@pytest.mark.parametrize(("distance_m", "estimated"), [(0.55, "k1, k2"), (1.0, "k1")])
def test_distortion_that_the_views_do_not_determine_is_left_out_and_said(
    distance_m, estimated, tmp_path, capsys
):
    for index, tilt in enumerate(TILTS):
        cv2.imwrite(str(tmp_path / f"{index}.png"), board_seen_at(*tilt, distance_m))
    output = tmp_path / "calib.json"
    assert main(["calibrate", *map(str, sorted(tmp_path.glob("*.png"))), "--output", str(output)]) == 0
    assert f"estimated coefficients: {estimated} (" in capsys.readouterr().out
    camera = load_intrinsics(output)  # which refuses a distortion that cannot be undone
    assert camera.fx == pytest.approx(TRUTH.fx, rel=0.01)
    corners = [(0, 0), (639, 0), (0, 479), (639, 479)]
    rays = camera.unproject(corners)
    np.testing.assert_allclose(rays, TRUTH.unproject(corners), atol=0.02)


def test_views_without_tilt_are_refused(tmp_path, capsys):
    for index in range(6):
        picture = board_seen_at(0, 0, 4 * index, 0.55 + 0.03 * index)
        cv2.imwrite(str(tmp_path / f"{index}.png"), picture)
    output = tmp_path / "calib.json"
    assert main(["calibrate", *map(str, sorted(tmp_path.glob("*.png"))), "--output", str(output)]) == 1
    assert "tilt the board" in capsys.readouterr().err.replace("\n", " ")
    assert not output.exists()


def test_real_camera_agrees_with_its_published_intrinsics(shared_data: Path) -> None:
    found = calibrate(sorted((shared_data / "opencv-doc").glob("left*.jpg")))
    assert found.is_complete
    assert found.error_px < 0.25
    assert found.camera.fx == pytest.approx(535.9, rel=0.01)
    assert found.camera.distortion[0] == pytest.approx(-0.27, abs=0.02)


def test_too_few_views_are_refused(tmp_path: Path) -> None:
    for index in range(6):
        cv2.imwrite(str(tmp_path / f"{index}.png"), np.full((48, 64), 90, np.uint8))
    with pytest.raises(MediaError, match="0 of 6 pictures"):
        calibrate(sorted(tmp_path.glob("*.png")))


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(MediaError, match="is not a picture"):
        calibrate([tmp_path / "a.jpg"])
    with pytest.raises(MediaError, match="cannot be read"):
        calibrate([tmp_path / "absent.jpg"])


def test_board_without_corners_is_refused() -> None:
    with pytest.raises(ConfigError, match="3x3"):
        calibrate([], columns=2, rows=9)


@pytest.mark.weights
def test_quick_calibration_finds_the_lens_of_a_turning_head(shared_data, tmp_path, capsys) -> None:
    clip = shared_data / "synth_pose/dev/lps_turn.mp4"  # rendered with a focal length of 600 px
    output = tmp_path / "calib.json"
    assert main(["calibrate", "--quick", str(clip), "--output", str(output)]) == 0
    assert load_intrinsics(output).fx == pytest.approx(600.0, rel=0.1)
    assert "a head that turned by 1" in capsys.readouterr().out


@pytest.mark.weights
def test_quick_calibration_refuses_a_head_at_rest(tmp_path, capsys) -> None:
    output = tmp_path / "calib.json"
    assert main(["calibrate", "--quick", "sample", "--seconds", "1", "--output", str(output)]) != 0
    assert "turn your head" in capsys.readouterr().err
    assert not output.exists()


def test_nobody_is_told_to_turn_before_the_camera_is_open(tmp_path, capfd) -> None:
    assert main(["calibrate", "--quick", "9998", "--output", str(tmp_path / "calib.json")]) == 1
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: camera 9998 ")
    assert len(printed.err.splitlines()) == 1


def test_calibration_of_nothing_is_a_usage_error(capsys) -> None:
    assert main(["calibrate"]) == 2
    assert "--quick" in capsys.readouterr().err
