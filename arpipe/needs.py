"""What effects ask perception to detect, as one closed vocabulary."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias

from arpipe.errors import ConfigError
from arpipe.spelling import nearest


class Need(StrEnum):
    """Something that perception detects on request; a member equals its plain word, such as `"face"`.

    Attributes:
        FACE: Face landmarks and head pose.
        IRIS: Face landmarks of the attention mesh, with irises and refined lips and eyes; implies a face.
        BODY: Body landmarks.
        HANDS: Hand landmarks.
        EXPRESSIONS: Scores of facial expressions and the gaze; implies a face with irises.
        GESTURES: Gestures and movements of hands; implies hands.
        OBJECTS: Objects of any class, found by a detector of the user's.
        MASK: The mask of all people in the picture.
        OCCLUSION: What stands before faces, such as hair and hands; implies a face.
        COVERED: The part of OCCLUSION that hides objects such as glasses, which takes less time; implies a face.
    """

    FACE = "face"
    IRIS = "iris"
    BODY = "body"
    HANDS = "hands"
    EXPRESSIONS = "expressions"
    GESTURES = "gestures"
    OBJECTS = "objects"
    MASK = "mask"
    OCCLUSION = "occlusion"
    COVERED = "covered"


MODEL_PREFIX = "model:"


class ModelNeed(str):
    """The answers of a network of the user's: `model:` and its name or path, as in `arpipe.open_model`."""

    __slots__ = ()

    @property
    def model(self) -> str:
        """The network's name or path."""
        return self.removeprefix(MODEL_PREFIX)


AnyNeed: TypeAlias = Need | ModelNeed
"""Something that perception detects on request."""


def is_model(word: str) -> bool:
    """Whether a word asks for a network of the user's."""
    return word.startswith(MODEL_PREFIX) and len(word) > len(MODEL_PREFIX)


def parse_needs(words: Iterable[str], source: str = "needs") -> frozenset[AnyNeed]:
    """Check words such as `{"face", "mask", "model:efficientnet-lite0"}` against the vocabulary.

    Args:
        words: Members of `Need` or their plain words, or `model:` and the name of a network.
        source: Class or file that states them, for messages.

    Raises:
        ConfigError: A word is not in `Need`; the message names the nearest one.
    """
    if isinstance(words, str):
        raise ConfigError(f'{source}: expected a set of words such as {{"face"}}, got the text {words!r}')
    valid = {need.value: need for need in Need}
    for word in words:
        if word not in valid and not is_model(word):
            raise ConfigError(f"{source}: there is no need {word!r}{nearest(str(word), valid)}")
    return frozenset(valid.get(word) or ModelNeed(word) for word in words)
