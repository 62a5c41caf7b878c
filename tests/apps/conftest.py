"""What the tests of windows share."""

import os
import subprocess

import pytest


@pytest.fixture(scope="module")
def screen():
    """A virtual screen, and DISPLAY set to it."""
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1024x768x24", "+extension", "GLX", "-noreset"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    before = os.environ.get("DISPLAY")
    os.environ["DISPLAY"] = f":{server.stdout.readline().strip()}"
    yield
    server.terminate()
    server.wait()
    server.stdout.close()
    os.environ.pop("DISPLAY")
    if before is not None:
        os.environ["DISPLAY"] = before
