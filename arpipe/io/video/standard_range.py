"""HDR and wide-gamut video converted to BT.709, the colours that effects are drawn in and outputs are tagged with."""

import av
from av.filter import Graph

from arpipe.errors import MediaError
from arpipe.io.guard import guarded
from arpipe.io.traits import BT709, LIMITED_RANGE, ColorTags

# Values of ITU-T H.273.
HDR_TRANSFERS = {16: "PQ (HDR10)", 18: "HLG"}
WIDE_PRIMARIES = {9: "BT.2020", 11: "DCI-P3", 12: "Display P3"}

TAGS = ColorTags(matrix=BT709, range=LIMITED_RANGE, primaries=BT709, transfer=BT709)
"""Tags of what is written afterwards."""

_SCALE = "out_color_matrix=bt709:out_primaries=bt709:out_transfer=bt709:out_range=pc"


def needs_conversion(tags: ColorTags) -> bool:
    """Whether colours would be wrong if the numbers were taken for BT.709."""
    return tags.transfer in HDR_TRANSFERS or tags.primaries in WIDE_PRIMARIES


def described(tags: ColorTags) -> str:
    """Name the colours of a stream, for messages."""
    names = (HDR_TRANSFERS.get(tags.transfer, ""), WIDE_PRIMARIES.get(tags.primaries, ""))
    return " ".join(name for name in names if name)


class ToStandardRange:
    """Converts frames to 8-bit full-range RGB in BT.709 by FFmpeg's colorimetric scaler.

    Diffuse white, 203 cd/m² (ITU-R BT.2408), becomes white; brighter highlights are clipped.

    Args:
        like: A frame with the size, format and tags of all frames.
    """

    def __init__(self, like: av.VideoFrame) -> None:
        self._graph = Graph()
        size = f"video_size={like.width}x{like.height}:pix_fmt={like.format.name}"
        colors = (
            "" if like.format.is_rgb else f":colorspace={int(like.colorspace)}:range={int(like.color_range)}"
        )
        with guarded(MediaError, "the colours cannot be converted to BT.709", "convert the video first"):
            source = self._graph.add("buffer", f"{size}:time_base=1/1000{colors}")
            scale = self._graph.add("scale", _SCALE)
            planes = self._graph.add("format", "gbrp")
            self._graph.link_nodes(source, scale, planes, self._graph.add("buffersink"))
            self._graph.configure()
        self._count = 0

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return the frame in planes of green, blue and red."""
        pts, time_base = frame.pts, frame.time_base
        frame.pts, self._count = self._count, self._count + 1
        try:
            self._graph.push(frame)
            converted = self._graph.pull()
        finally:
            frame.pts, frame.time_base = pts, time_base
        if not isinstance(converted, av.VideoFrame):
            raise MediaError("the colours cannot be converted to BT.709; convert the video first")
        return converted
