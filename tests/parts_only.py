"""Pictures that show whether anybody converts more of them than needed."""

import numpy as np

from arpipe.types import Block, StoredPicture


class PartsOnly(StoredPicture):
    """A picture that refuses to be converted as a whole."""

    def __init__(self, rgb):
        self._rgb = rgb
        self.can_convert_all = False

    @property
    def shape(self):
        return self._rgb.shape

    @property
    def has_pixels(self):
        return False

    def pixels(self):
        assert self.can_convert_all, "the whole picture was converted"
        return self._rgb

    def block(self, part):
        rows, columns = part
        return Block(np.ascontiguousarray(self._rgb[part]), columns.start, rows.start)

    def sampled(self, step):
        return self._rgb[::step, ::step]
