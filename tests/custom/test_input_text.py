import pytest

from arpipe.custom.input_text import parse_input
from arpipe.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        ("rgb 224x224 -1..1", {"color": "rgb", "width": 224, "height": 224, "low": -1.0, "high": 1.0}),
        ("320x192", {"width": 320, "height": 192}),
        (
            "BGR 64 nhwc uint8",
            {"color": "bgr", "width": 64, "height": 64, "layout": "nhwc", "dtype": "uint8"},
        ),
        ("letterbox pad=114", {"fit": "letterbox", "pad": 114}),
        ("center share=0.875 0..255", {"fit": "center", "share": 0.875, "low": 0.0, "high": 255.0}),
    ],
)
def test_words_become_fields(text, fields):
    assert parse_input(text) == fields


def test_imagenet_is_torchvisions_normalisation():
    fields = parse_input("imagenet")
    assert fields["low"] == pytest.approx([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225], abs=1e-5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rbg", "'rbg' is unknown; did you mean 'rgb'"),
        ("rgb bgr", "'bgr' repeats what is said of color"),
        ("1.2.3..4", "is not a range"),
        ("224×224", "is unknown"),
    ],
)
def test_wrong_words_are_refused(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_input(text)
