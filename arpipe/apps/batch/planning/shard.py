"""A share of the inputs of a batch, for one of several machines that see the same folders."""

import os
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from arpipe.apps.batch.jobs.job import Job
from arpipe.errors import ConfigError

_TEXT = re.compile(r"(\d{1,6})/(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several shares.

    Attributes:
        number: From 1.
        count: How many there are.
    """

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a shard such as "3/16"; raises ConfigError."""
        match = _TEXT.fullmatch(text)
        number, count = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= number <= count:
            raise ConfigError(f"--shard {text}: expected NUMBER/COUNT, such as 3/16")
        return cls(number, count)

    @property
    def label(self) -> str:
        """The shard as a part of a file's name."""
        return f"{self.number}-of-{self.count}"

    def share(self, jobs: Sequence[Job], folder: Path) -> list[Job]:
        """Return the jobs of this shard: by the names of their outputs in a folder, the same on every machine."""
        return [job for job in jobs if self._has(os.path.relpath(job.files()[0].path, folder))]

    def _has(self, name: str) -> bool:
        return zlib.crc32(os.fsencode(name)) % self.count == self.number - 1
