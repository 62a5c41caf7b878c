"""What a user says of a network's input in one line: `rgb 224x224 -1..1`."""

import re
from collections.abc import Iterator
from typing import Any, get_args

from arpipe.errors import ConfigError
from arpipe.preprocess.fit import Fit
from arpipe.preprocess.scaling import IMAGENET_HIGH, IMAGENET_LOW, ColorOrder, InputType, Layout
from arpipe.spelling import nearest

EXAMPLE = "'rgb 224x224 -1..1'"

Fields = dict[str, Any]
"""Fields of `InputCard` that are stated."""

_SIZE = re.compile(r"(\d+)x(\d+)")
_RANGE = re.compile(r"(-?[\d.]+)\.\.(-?[\d.]+)")
_SETTING = re.compile(r"(share|pad)=(\d+(?:\.\d+)?)")
_WORDS = {
    word: field
    for field, words in (("color", ColorOrder), ("layout", Layout), ("dtype", InputType), ("fit", Fit))
    for word in get_args(words)
}


def parse_input(text: str) -> Fields:
    """Return the fields of the card that a text states.

    Words, in any order: a size (`224` or `320x192`, width first), a range (`-1..1`, or `imagenet` for torchvision's
    normalisation), `rgb`, `bgr` or `gray`, `nchw` or `nhwc`, `float32`, `float16` or `uint8`, `center`, `letterbox` or
    `stretch`, `share=0.875`, `pad=114`.

    Raises:
        ConfigError: A word is unknown, or says what another one said already.
    """
    stated: Fields = {}
    for word in text.lower().split():
        for field, value in _fields_of(word):
            if field in stated:
                raise ConfigError(
                    f"input {text!r}: {word!r} repeats what is said of {field}; such as {EXAMPLE}"
                )
            stated[field] = value
    return stated


def _fields_of(word: str) -> Iterator[tuple[str, object]]:
    if word in _WORDS:
        yield _WORDS[word], word
    elif word == "imagenet":
        yield from (("low", IMAGENET_LOW), ("high", IMAGENET_HIGH))
    elif found := _SIZE.fullmatch(word):
        yield from (("width", int(found[1])), ("height", int(found[2])))
    elif word.isdecimal():
        yield from (("width", int(word)), ("height", int(word)))
    elif found := _RANGE.fullmatch(word):
        yield from (("low", _number(found[1], word)), ("high", _number(found[2], word)))
    elif found := _SETTING.fullmatch(word):
        yield found[1], float(found[2]) if found[1] == "share" else int(float(found[2]))
    else:
        raise ConfigError(
            f"input: the word {word!r} is unknown{nearest(word, [*_WORDS, 'imagenet'])} Such as {EXAMPLE}"
        )


def _number(text: str, word: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ConfigError(f"input: {word!r} is not a range, such as -1..1") from error
