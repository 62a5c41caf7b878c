"""Which frames a network runs on."""


class Cadence:
    """Picks the first frame and every n-th one after it."""

    def __init__(self) -> None:
        self._since_due = 0

    def advance(self, every: int) -> bool:
        """Go on to the next frame, and return whether a network that runs on every n-th one runs on it."""
        is_due = self._since_due % every == 0
        self._since_due = 1 if is_due else self._since_due + 1
        return is_due
