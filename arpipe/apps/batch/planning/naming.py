"""Names of outputs: those of the inputs, and as much of their paths as tells equal ones apart.

The names depend on the paths of the inputs alone and not on their order, so that a batch that is given again, or in
shards, writes the same files.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence

from arpipe.apps.batch.planning.inputs import Input

_DIGITS = 8

Suffix = Callable[[Input], str]
"""Returns the suffix of the output of an input, with its dot."""


def output_names(inputs: Sequence[Input], suffix_of: Suffix) -> list[str]:
    """Return one relative path per input; no two are equal, in whatever letter case.

    Where names would be equal, the inputs' own suffixes are kept (`a.mov.mp4`), then the folders above are put in
    front (`monday-a.mp4`), then a digest of the path is added.
    """
    levels = [0] * len(inputs)
    names = [_name(each, suffix_of(each), 0) for each in inputs]
    while clashing := _clashing(names):
        for index in clashing:
            levels[index] += 1
            names[index] = _name(inputs[index], suffix_of(inputs[index]), levels[index])
    return names


def _clashing(names: Sequence[str]) -> list[int]:
    keys = [name.casefold() for name in names]
    counts = Counter(keys)
    return [index for index, key in enumerate(keys) if counts[key] > 1]


def _name(given: Input, suffix: str, level: int) -> str:
    """Return the name of a level: each tells more of the path than the one before."""
    stem, own = os.path.splitext(given.name)
    if level == 0 or own.lower() == suffix:
        name = given.name if own.lower() == suffix else stem + suffix
    else:
        name = given.name + suffix
    if level < 2:
        return name
    folder, base = os.path.split(name)
    above = os.path.abspath(given.spec).split(os.sep)[1 : -1 - given.name.count(os.sep)]
    parents = above[-(level - 1) :]
    if level - 1 <= len(above):
        return os.path.join(folder, "-".join((*parents, base)))
    digest = hashlib.sha256(os.fsencode(given.spec)).hexdigest()[: _DIGITS * (level - 1 - len(above))]
    front, end = os.path.splitext(base)
    return os.path.join(folder, f"{front}-{digest}{end}")
