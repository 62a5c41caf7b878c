"""The effects that are drawn: a choice of the carousel, with what triggers have changed."""

from collections.abc import Callable, Iterator, Sequence

from arpipe.apps.stream.carousel import Carousel
from arpipe.controls.config import ControlConfig, DriveConfig, ParameterValue
from arpipe.effects.changes import with_drive, with_value
from arpipe.effects.packs import Pack, load_effect, load_pack, needs_of
from arpipe.errors import ConfigError
from arpipe.needs import AnyNeed

BACKGROUND = "background"
BACKGROUNDS: dict[str, str] = {
    "": "Your own background",
    "blur=8": "Background: blurred",
    "blur=24": "Background: strongly blurred",
    "color=#dfe3e8": "Background: light grey",
    "color=#20242c": "Background: dark grey",
}
"""Parameters → what the user is told; the backgrounds that a button steps through."""


class EffectSelection:
    """Draws the selected effects.

    Args:
        carousel: The selection.
        draw: Makes packs the active ones.
        drives: Signals that set parameters of effects whenever these are drawn.
    """

    def __init__(
        self, carousel: Carousel, draw: Callable[[Sequence[Pack]], None], drives: Sequence[DriveConfig] = ()
    ) -> None:
        self._carousel, self._draw, self._drives = carousel, draw, tuple(drives)
        self._background: Pack | None = None
        self._stepped = ""
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
        self._background, self._stepped = load_background(parameters), ""
        self.update()

    @property
    def background(self) -> str:
        """Parameters of the background that a button has chosen, a key of `BACKGROUNDS`."""
        return self._stepped

    def next_background(self) -> None:
        """Put the next of `BACKGROUNDS` behind the person."""
        names = list(BACKGROUNDS)
        self._stepped = names[(names.index(self._stepped) + 1) % len(names)]
        self._background = load_background(self._stepped)
        self.update()

    def set_parameter(self, key: str, value: ParameterValue) -> None:
        """Change a parameter of an effect, now and whenever it is selected again.

        Args:
            key: Effect and parameter, such as "lipstick.opacity".
            value: The new value.

        Raises:
            ConfigError: There is no such effect or parameter, or the value is wrong.
        """
        check_parameter(key, value)
        effect, _, parameter = key.partition(".")
        self._values[effect, parameter] = value
        self.update()

    def update(self) -> None:
        """Draw what is selected."""
        self._draw([*self.packs()])

    def packs(self) -> list[Pack]:
        """Return the packs to draw."""
        behind = [] if self._background is None else [self._background]
        chosen = [pack for pack in self._carousel.selected.packs if not (behind and _is_background(pack))]
        return [*behind, *map(self._controlled, chosen)]

    def _controlled(self, pack: Pack) -> Pack:
        """Return a pack with the values and drives that are for it."""
        for (effect, key), value in self._values.items():
            if effect == pack.name:
                pack = with_value(pack, key, value)
        return with_drives(pack, self._drives)


def _is_background(pack: Pack) -> bool:
    """Whether a pack draws nothing but a background."""
    return all(layer.kind == BACKGROUND for layer in pack.layers)


def with_drives(pack: Pack, drives: Sequence[DriveConfig]) -> Pack:
    """Return a pack with those drives that are for it."""
    for drive in drives:
        effect, _, key = drive.drive.partition(".")
        if effect == pack.name:
            pack = with_drive(pack, key, drive)
    return pack


def check_controls(controls: Sequence[ControlConfig]) -> None:
    """Check everything that controls can do to effects, so that it is refused before a run begins.

    Raises:
        ConfigError: An effect, a background or a parameter is wrong; the message names the control.
    """
    for control in controls:
        try:
            _check_control(control)
        except ConfigError as error:
            name = control.drive if isinstance(control, DriveConfig) else control.label
            raise ConfigError(f"control {name!r}: {error}") from error


def selectable_needs(controls: Sequence[ControlConfig], carousel: Carousel) -> frozenset[AnyNeed]:
    """Return what perception must detect for all effects that triggers may select from a carousel."""
    packs = [pack for control in controls for pack in _selectable(control, carousel)]
    return frozenset[AnyNeed]().union(*map(needs_of, packs))


def check_parameter(key: str, value: ParameterValue) -> None:
    """Check that a parameter such as "lipstick.opacity" exists and can have a value."""
    effect, _, parameter = key.partition(".")
    with_value(load_pack(effect), parameter, value)


def load_background(parameters: str) -> Pack | None:
    """Return the background with parameters such as "blur=18"; None for ""."""
    return load_effect(f"{BACKGROUND}({parameters})") if parameters else None


def _selectable(control: ControlConfig, carousel: Carousel) -> Iterator[Pack]:
    if isinstance(control, DriveConfig):
        return
    if control.effect is not None:
        yield load_effect(control.effect)
    backgrounds = (control.background or "", *(BACKGROUNDS if "background" in control.do else ()))
    yield from filter(None, map(load_background, backgrounds))
    if {"next", "previous"} & set(control.do):
        for choice in carousel.choices:
            yield from choice.packs


def _check_control(control: ControlConfig) -> None:
    if isinstance(control, DriveConfig):
        effect, _, key = control.drive.partition(".")
        with_drive(load_pack(effect), key, control)
        return
    if control.effect is not None:
        load_effect(control.effect)
    if control.background is not None:
        load_background(control.background)
    for key, value in control.set.items():
        check_parameter(key, value)
