"""Which level of detail is drawn, and that nobody sees it."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.assets import assets_root
from arpipe.io.gltf import load_gltf
from arpipe.render import object_drawer, placement
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.object_mesh import object_mesh
from arpipe.render.placement import ERROR_PX, HYSTERESIS, can_be_lit_by_vertex, level_for
from arpipe.timing import StageTimer
from tests.effects.building import activate
from tests.render.faces import CAMERA, face_at, plain_frame, pose_at, result_of


@pytest.fixture(scope="module")
def batch():
    """The largest of the aviator's, with levels that are off by 0.08, 0.16, 0.32 and 0.64 mm."""
    model = load_gltf(assets_root() / "effects" / "aviator" / "model.glb")
    return max(object_mesh(model, ()).batches, key=lambda batch: len(batch.indices))


def test_a_level_is_taken_once_it_is_off_by_clearly_less_than_shows(batch):
    taken = [
        level_for(batch, error_m / ERROR_PX, 0) for error_m in (0.0, 0.00007, 0.00011, 0.0002, 0.0005, 1.0)
    ]
    assert taken == [0, 0, 1, 2, 3, 4]


def test_a_batch_without_levels_is_drawn_whole(batch):
    assert level_for(replace(batch, levels=()), 1.0, 0) == 0


def test_swaying_does_not_change_levels_to_and_fro(batch):
    error_m = batch.levels[1].error_m / (0.5 * (1 + HYSTERESIS))
    sway = [error_m * (1 + 0.05 * np.sin(time)) for time in np.arange(0.0, 20.0, 0.5)]
    for start in range(5):
        levels = [start]
        for error_now_m in sway:
            levels.append(level_for(batch, error_now_m / ERROR_PX, levels[-1]))
        assert len(set(levels[1:])) == 1


def draw(context, effect, place_m, yaw_deg=0.0):
    """The picture, and how many triangles went into it."""
    frame, active = plain_frame(), activate(context, effect)
    compositor = Compositor(context, RenderConfig())
    face = face_at(pose_at(yaw_deg, place_m=place_m))
    try:
        with context.gl.query(primitives=True) as query:
            picture = compositor.draw(result_of(frame, face), CAMERA, active.layers, StageTimer())
        return picture, query.primitives
    finally:
        compositor.close()
        active.close()


@pytest.mark.gl
def test_what_is_far_is_drawn_with_fewer_triangles(context):
    counts = [draw(context, "aviator(fit=real)", (0.0, 0.0, depth_m))[1] for depth_m in (0.12, 0.45, 1.2)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] - counts[1] > 3000
    assert counts[1] - counts[2] > 500


@pytest.mark.gl
@pytest.mark.parametrize("effect", ["aviator", "cat-eye", "rimless", "sport", "wayfarer"])
@pytest.mark.parametrize("depth_m", [0.3, 0.6, 1.2])
def test_leaner_levels_look_like_the_whole(context, monkeypatch, effect, depth_m):
    lean, fewer = draw(context, effect, (0.0, 0.0, depth_m), yaw_deg=20.0)
    monkeypatch.setattr(placement, "ERROR_PX", 0.0)
    whole, more = draw(context, effect, (0.0, 0.0, depth_m), yaw_deg=20.0)
    assert fewer < more
    off = np.abs(lean.astype(int) - whole.astype(int)).max(axis=2)
    drawn = (whole != plain_frame().pixels).any(axis=2)
    assert off[drawn].mean() < 3.0
    assert np.percentile(off[drawn], 95) < 16


@pytest.mark.gl
@pytest.mark.parametrize(
    "effect", ["aviator", "browline", "cat-eye", "oversized", "rimless", "sport", "wayfarer"]
)
@pytest.mark.parametrize(("depth_m", "yaw_deg"), [(0.45, 0.0), (0.45, 30.0), (0.2, -15.0)])
def test_light_at_vertices_looks_like_light_at_fragments(context, monkeypatch, effect, depth_m, yaw_deg):
    by_vertex, _ = draw(context, effect, (0.0, 0.0, depth_m), yaw_deg)
    monkeypatch.setattr(object_drawer, "can_be_lit_by_vertex", lambda batch: False)
    by_fragment, _ = draw(context, effect, (0.0, 0.0, depth_m), yaw_deg)
    off = np.abs(by_vertex.astype(int) - by_fragment.astype(int)).max(axis=2)
    drawn = (by_fragment != plain_frame().pixels).any(axis=2)
    assert off.any()
    assert off[drawn].mean() < 1.5
    assert np.percentile(off[drawn], 99) < 24


def test_bumps_and_sheets_seen_from_both_sides_are_lit_at_fragments(batch):
    assert can_be_lit_by_vertex(batch)
    assert can_be_lit_by_vertex(replace(batch, maps={"BASE_MAP": 0}))
    assert not can_be_lit_by_vertex(replace(batch, maps={"NORMAL_MAP": 0}))
    assert not can_be_lit_by_vertex(replace(batch, material=replace(batch.material, double_sided=True)))
