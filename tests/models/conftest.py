import cv2
import numpy as np
import pytest

from arpipe.assets import asset_path
from tests.golden.faces import cases


@pytest.fixture(scope="session")
def portrait():
    """The astronaut, (512, 512, 3) RGB."""
    content = np.fromfile(asset_path("samples/astronaut.png"), np.uint8)
    pixels = cv2.cvtColor(cv2.imdecode(content, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    pixels.setflags(write=False)
    return pixels


@pytest.fixture(scope="session")
def made_faces(portrait):
    """Name → picture of the recorded cases with a face."""
    return dict(cases.faces(portrait))
