import av
import numpy as np
import pytest

from arpipe.errors import MediaError
from arpipe.io.video.stream_codec import H264Decoder, H264Encoder, decode_jpeg, encode_jpeg

SIDE = 96
ROOM = SIDE * SIDE


def colored(*rgb):
    return np.full((SIDE, SIDE, 3), rgb, np.uint8)


@pytest.mark.parametrize("rgb", [(200, 40, 30), (30, 160, 60), (40, 60, 190), (128, 128, 128)])
def test_colours_survive_both_codecs(rgb):
    data, is_key = H264Encoder(SIDE, SIDE, 10).encode(colored(*rgb))
    assert is_key
    for got in (H264Decoder(ROOM).decode(data), decode_jpeg(encode_jpeg(colored(*rgb), 95), ROOM)):
        assert got.shape == (SIDE, SIDE, 3)
        assert got.flags.c_contiguous
        np.testing.assert_allclose(got.mean((0, 1)), rgb, atol=2.5)


def test_every_picture_is_one_message_at_once():
    encoder, decoder = H264Encoder(SIDE, SIDE, 20), H264Decoder(ROOM)
    keys = []
    for number in range(65):
        grey = 40 + 3 * number
        data, is_key = encoder.encode(colored(grey % 250, 90, 90))
        keys.append(is_key)
        assert abs(decoder.decode(data)[..., 0].mean() - grey % 250) < 4
    assert [number for number, is_key in enumerate(keys) if is_key] == [0, 60]


@pytest.mark.parametrize(("matrix", "picture_range"), [(1, 1), (6, 1), (1, 2), (6, 2)])
def test_tagged_pictures_are_read_by_their_tags(matrix, picture_range):
    context = av.CodecContext.create("libx264", "w")
    context.width = context.height = SIDE
    context.pix_fmt, context.time_base = "yuv420p", 1
    context.colorspace, context.color_range = matrix, picture_range
    context.options = {"tune": "zerolatency", "crf": "5"}
    frame = av.VideoFrame.from_ndarray(colored(200, 40, 30), format="rgb24").reformat(
        format="yuv420p", dst_colorspace={1: 1, 6: 5}[matrix], dst_color_range=picture_range
    )
    frame.pts = 0
    data = b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])
    np.testing.assert_allclose(H264Decoder(ROOM).decode(data).mean((0, 1)), (200, 40, 30), atol=4)


def test_damage_and_large_pictures_are_media_errors():
    key, _ = H264Encoder(SIDE, SIDE, 20).encode(colored(9, 99, 199))
    jpeg = encode_jpeg(colored(9, 99, 199), 80)
    for data in (b"", b"abc", b"\0\0\0\1" + bytes(range(99)), jpeg, key[: len(key) // 8]):
        with pytest.raises(MediaError):
            H264Decoder(ROOM).decode(data)
    with pytest.raises(MediaError):
        H264Decoder(ROOM // 2).decode(key)
    for data in (b"", b"abc", key, jpeg[:40]):
        with pytest.raises(MediaError):
            decode_jpeg(data, ROOM)
    with pytest.raises(MediaError, match="that are allowed"):
        decode_jpeg(jpeg, ROOM - 1)


def test_an_encoder_keeps_its_size():
    with pytest.raises(ValueError, match="expected"):
        H264Encoder(SIDE, SIDE, 20).encode(np.zeros((SIDE, SIDE + 2, 3), np.uint8))
