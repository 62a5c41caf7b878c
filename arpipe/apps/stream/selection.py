"""The effects that are drawn: a choice of the carousel, with what triggers have changed."""

from collections.abc import Callable, Sequence

from arpipe.apps.stream.carousel import Carousel
from arpipe.controls.config import DriveConfig, ParameterValue
from arpipe.effects.changes import with_drive, with_value
from arpipe.effects.packs import Pack, load_effect, load_pack

BACKGROUND = "background"


class EffectSelection:
    """Draws the selected effects.

    Args:
        carousel: The selection.
        draw: Makes packs the active ones.
        drives: Signals that set parameters of effects whenever these are drawn.

    Raises:
        ConfigError: A drive names an effect or a parameter that does not exist.
    """

    def __init__(
        self, carousel: Carousel, draw: Callable[[Sequence[Pack]], None], drives: Sequence[DriveConfig] = ()
    ) -> None:
        for drive in drives:
            effect, _, key = drive.drive.partition(".")
            with_drive(load_pack(effect), key, drive)
        self._carousel, self._draw, self._drives = carousel, draw, tuple(drives)
        self._background: Pack | None = None
        self._values: dict[tuple[str, str], ParameterValue] = {}

    def step(self, by: int) -> None:
        """Select the choice `by` places further on."""
        self._carousel.step(by)
        self.update()

    def select(self, index: int) -> None:
        """Select a choice by its index; an index without a choice is ignored."""
        if self._carousel.select(index):
            self.update()

    def choose(self, effect: str) -> None:
        """Select an effect that the carousel was made with."""
        self._carousel.choose(effect)
        self.update()

    def set_background(self, parameters: str) -> None:
        """Put a background behind the person, or none.

        Args:
            parameters: Such as "blur=18"; "" for none.

        Raises:
            ConfigError: A parameter is wrong; the background stays.
        """
        self._background = load_effect(f"{BACKGROUND}({parameters})") if parameters else None
        self.update()

    def set_parameter(self, key: str, value: ParameterValue) -> None:
        """Change a parameter of an effect, now and whenever it is selected again.

        Args:
            key: Effect and parameter, such as "lipstick.opacity".
            value: The new value.

        Raises:
            ConfigError: There is no such effect or parameter, or the value is wrong.
        """
        effect, _, parameter = key.partition(".")
        with_value(load_pack(effect), parameter, value)
        self._values[effect, parameter] = value
        self.update()

    def update(self) -> None:
        """Draw what is selected."""
        self._draw([*self.packs()])

    def packs(self) -> list[Pack]:
        """Return the packs to draw."""
        behind = [] if self._background is None else [self._background]
        chosen = [pack for pack in self._carousel.selected.packs if not (behind and pack.name == BACKGROUND)]
        return [*behind, *map(self._controlled, chosen)]

    def _controlled(self, pack: Pack) -> Pack:
        """Return a pack with the values and drives that are for it."""
        for (effect, key), value in self._values.items():
            if effect == pack.name:
                pack = with_value(pack, key, value)
        for drive in self._drives:
            effect, _, key = drive.drive.partition(".")
            if effect == pack.name:
                pack = with_drive(pack, key, drive)
        return pack
