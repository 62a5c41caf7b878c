"""What effects ask perception to detect, as one closed vocabulary."""

from collections.abc import Iterable
from enum import StrEnum

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
        MASK: The mask of all people in the picture.
    """

    FACE = "face"
    IRIS = "iris"
    BODY = "body"
    HANDS = "hands"
    EXPRESSIONS = "expressions"
    GESTURES = "gestures"
    MASK = "mask"


def parse_needs(words: Iterable[str], source: str = "needs") -> frozenset[Need]:
    """Check words such as `{"face", "mask"}` against the vocabulary.

    Args:
        words: Members of `Need` or their plain words.
        source: Class or file that states them, for messages.

    Raises:
        ConfigError: A word is not in `Need`; the message names the nearest one.
    """
    if isinstance(words, str):
        raise ConfigError(f'{source}: expected a set of words such as {{"face"}}, got the text {words!r}')
    valid = {need.value: need for need in Need}
    for word in words:
        if word not in valid:
            raise ConfigError(f"{source}: there is no need {word!r}{nearest(str(word), valid)}")
    return frozenset(valid[word] for word in words)
