"""Plays sounds with the program that the system brings for it."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from arpipe.errors import ConfigError, OutputError
from arpipe.io.files import is_file

PLAYERS: tuple[tuple[str, ...], ...] = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "--quiet"),
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
)
"""Commands that play a WAV file, the first one that exists is used."""
LONGEST_S = 60.0


class SoundPlayer:
    """Plays sounds.

    Args:
        sounds: The files that will be played; without any, no program is needed.

    Raises:
        ConfigError: A file does not exist.
        OutputError: There is no program to play them with.
    """

    def __init__(self, sounds: Sequence[Path]) -> None:
        for path in sounds:
            if not is_file(path):
                raise ConfigError(f"sound {path}: there is no such file")
        found = next((player for player in PLAYERS if shutil.which(player[0])), ())
        if sounds and not found:
            names = ", ".join(player[0] for player in PLAYERS)
            raise OutputError(f"sound {sounds[0]}: none of the programs {names} is installed; install one")
        self._player = found

    def play(self, path: Path) -> None:
        """Play a sound to its end.

        Raises:
            OutputError: It cannot be played.
        """
        command = [*self._player, str(path.resolve())]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise OutputError(f"sound {path}: {error}") from error
        if done.returncode != 0:
            reason = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            raise OutputError(f"sound {path}: {self._player[0]} cannot play it ({reason[0]})")
