import pytest

from tests.golden.faces import cases


@pytest.fixture(scope="session")
def made_faces(portrait):
    """Name → picture of the recorded cases with a face."""
    return dict(cases.faces(portrait))
