"""The window's carousel and its previews."""

import numpy as np
import pytest

from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.window.carousel_bar import TOP, CarouselView, Thumbnails, carousel
from arpipe.apps.window.hud import Hud
from arpipe.apps.window.previews import PreviewRenderer, cached_preview


def test_carousel_begins_with_what_was_asked_for():
    carousel = Carousel(["round"])
    titles = [choice.title for choice in carousel.choices]
    assert titles[0] == "Nothing"
    assert carousel.selected.packs[0].name == "round"
    assert titles.count("Round") == 1
    carousel.step(-carousel.index - 1)
    assert carousel.index == len(titles) - 1
    assert not carousel.select(len(titles))
    look = Carousel(["lipstick", "round(scale=1.1)"])
    assert look.index == 1
    assert [pack.name for pack in look.selected.packs] == ["lipstick", "round"]
    assert Carousel([]).selected.packs == ()


def test_carousel_goes_away_and_comes_back():
    now = [0.0]
    hud = Hud(Carousel([]), lambda: now[0])
    assert hud.shows_carousel
    now[0] = 60.0
    assert not hud.shows_carousel
    hud.show_carousel()
    assert hud.shows_carousel
    hud.toggle_help()
    assert not hud.shows_carousel


@pytest.mark.gl
def test_previews_show_the_effect_and_are_kept_until_it_changes(tmp_path):
    from arpipe.render.context import GlContext

    carousel = Carousel(["wayfarer"])
    nothing, worn = carousel.choices[0], carousel.selected
    with GlContext.headless() as context:
        renderer = PreviewRenderer(context, tmp_path)
        bare, dressed = renderer.render(nothing), renderer.render(worn)
    assert bare.shape == dressed.shape == (160, 160, 3)
    assert (np.abs(bare.astype(int) - dressed).sum(axis=2) > 60).mean() > 0.03
    assert (cached_preview(worn, tmp_path) == dressed).all()
    assert cached_preview(Carousel(["wayfarer(scale=1.2)"]).selected, tmp_path) is None


@pytest.mark.gl
@pytest.mark.parametrize(
    "effects",
    [
        ("background(color=#00ff00)", "background(color=#ff0000)"),
        ("filter(on=background, kernel=edges)", "filter(on=background, kernel=emboss)"),
    ],
)
def test_previews_of_what_lies_behind_the_sitter_are_drawn(tmp_path, effects):
    from arpipe.render.context import GlContext

    with GlContext.headless() as context:
        renderer = PreviewRenderer(context, tmp_path)
        one, other = (renderer.render(Carousel([effect]).selected).astype(int) for effect in effects)
    change = np.abs(one - other).sum(axis=2)
    assert change[5:25, 5:25].mean() > 3.0
    assert np.median(change[70:90, 70:90]) <= 6  # the face is in front of it


def test_missing_previews_have_a_placeholder_with_their_title():
    titles = ["Nothing", "A title that is far too long"]
    empty, named = (
        carousel([title, title], [None, None], 0, [1], 1.0, Thumbnails()).panel for title in ("", titles[1])
    )
    tile = slice(TOP + 30, TOP + 70), slice(30, 90)
    assert (empty[tile] == empty[TOP + 30, 30]).all()
    assert not (named[tile] == empty[tile]).all()


def test_view_of_the_carousel_follows_the_selection_only_out_of_sight():
    view = CarouselView(30)
    assert view.first(10, 7) == 7
    assert view.first(11, 7) == 7
    assert view.first(20, 7) == 17
    view.scroll(3)
    assert view.first(20, 7) == 20
    assert view.first(0, 7) == 27
    assert view.first(2, 7) == 27
    assert view.first(2, 3) == 1  # the window has become narrower
