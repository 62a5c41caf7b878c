import av
import numpy as np

from arpipe.io.video.container import open_input


def test_titles_in_a_foreign_encoding_are_no_obstacle(tmp_path):
    path = tmp_path / "clip.avi"
    with av.open(str(path), "w") as output:
        output.metadata["title"] = "TITLE"
        stream = output.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        black = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        output.mux(stream.encode(black) + stream.encode())
    path.write_bytes(path.read_bytes().replace(b"TITLE", b"caf\xe9\xff"))  # Latin-1, and no UTF-8
    with open_input(path) as container:
        assert container.metadata["title"].startswith("caf")
        assert sum(1 for _ in container.decode(video=0)) == 1
