import cv2
import numpy as np
import pytest

from arpipe.assets import asset_path


@pytest.fixture(scope="session")
def portrait():
    """The astronaut, (512, 512, 3) RGB, read-only."""
    content = np.fromfile(asset_path("samples/astronaut.png"), np.uint8)
    pixels = cv2.cvtColor(cv2.imdecode(content, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    pixels.setflags(write=False)
    return pixels
