import pytest

from arpipe.errors import ConfigError, RenderError
from arpipe.needs import Need
from arpipe.render.compositor import Compositor
from arpipe.render.layer import Layer, Order
from arpipe.timing import StageTimer
from tests.render.faces import CAMERA, plain_frame, result_of


class Invert(Layer):
    needs = {"face", "hands"}  # noqa: RUF012 - as a user writes it

    def paint(self, pixels, scene):
        pixels[:] = 255 - pixels


class Drawn(Layer):
    def draw(self, canvas):
        pass


class Both(Invert):
    def draw(self, canvas):
        pass


class WithContext(Invert):
    uses_gl = True


def drawn(*layers):
    compositor = Compositor(None)
    picture = compositor.draw(result_of(plain_frame()), CAMERA, layers, StageTimer())
    compositor.close()
    return picture


def test_words_of_a_class_become_needs():
    assert Invert.needs == {Need.FACE, Need.HANDS}
    assert Both.needs == Invert.needs
    assert Drawn.needs == frozenset()


def test_a_wrong_word_is_an_error_where_the_class_is_defined():
    with pytest.raises(ConfigError, match=r"Sticker.needs: there is no need 'faces'; did you mean 'face'\?"):
        type("Sticker", (Layer,), {"needs": {"faces"}})


def test_a_class_records_how_it_is_drawn():
    ways = [(kind.draws, kind.paints, kind.uses_gl) for kind in (Layer, Invert, Drawn, Both, WithContext)]
    assert ways == [
        (False, False, False),
        (False, True, False),
        (True, False, True),
        (True, True, True),
        (False, True, True),
    ]


def test_a_plain_layer_does_nothing():
    layer = Layer()
    frame = plain_frame()
    assert (drawn(layer) == frame.pixels).all()
    assert layer.order == Order.OVERLAY
    assert layer.coverage(frame.pixels) is None
    assert not layer.adjust(None)
    layer.close()


def test_layers_that_paint_need_no_opengl():
    frame = plain_frame()
    assert (drawn(Invert()) == 255 - frame.pixels).all()
    assert (drawn(Invert(), WithContext()) == frame.pixels).all()


def test_a_layer_drawn_by_opengl_says_that_the_context_is_missing():
    with pytest.raises(RenderError, match="Drawn is drawn by OpenGL"):
        drawn(Drawn())
