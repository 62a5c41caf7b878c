"""Selecting effects in the window, and adjusting the selected one."""

from collections.abc import Sequence

from arpipe.apps.effect_controls import PlainValue
from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.stream.selection import EffectSelection
from arpipe.apps.stream.session import LiveSession
from arpipe.apps.window import adjustments
from arpipe.apps.window.adjustments import LIMITS, Adjustments, UserAdjustment, can_adjust
from arpipe.apps.window.hud import Hud
from arpipe.apps.window.parameters import rows_of
from arpipe.apps.window.sliders import Row
from arpipe.apps.window.window import Key
from arpipe.controls.config import DriveConfig
from arpipe.effects.changes import with_value
from arpipe.effects.packs import Pack, load_effect

MESH_EFFECT = "debug"


class TryOn(EffectSelection):
    """Draws the selected effects, adjusted as the user likes them.

    Placement of glasses is kept per pack, also for later runs; other parameters are kept while the window is open.

    Args:
        session: Draws the effects.
        carousel: The selection.
        adjustments: Saved adjustments, to which new ones are added.
        hud: Shows messages, and holds whether adjusting is active.
        drives: As in `EffectSelection`.
    """

    def __init__(
        self,
        session: LiveSession,
        carousel: Carousel,
        adjustments: Adjustments,
        hud: Hud,
        drives: Sequence[DriveConfig] = (),
    ) -> None:
        super().__init__(carousel, session.set_effects, drives)
        self._adjustments, self._hud = adjustments, hud
        self._show_mesh = self._is_unsaved = False
        self._rows: list[Row] | None = None
        self.update()

    @property
    def title(self) -> str:
        """Title of the selected choice."""
        return self._carousel.selected.title

    @property
    def rows(self) -> list[Row]:
        """The parameters of the selected effects, with their values."""
        if self._rows is None:
            self._rows = [
                row
                for pack in self._carousel.selected.packs
                for row in rows_of(self._controlled(pack), pack, self._adjustments.of(pack))
            ]
        return self._rows

    @property
    def can_be_moved(self) -> bool:
        """Whether a selected effect can be moved on the face."""
        return bool(self._movable)

    def toggle_mesh(self) -> None:
        """Show or hide landmarks and axes."""
        self._show_mesh = not self._show_mesh
        super().update()

    def toggle_adjusting(self) -> None:
        """Open the parameters of the selected effect, or close them and save.

        Raises:
            OutputError: The adjustments cannot be saved.
        """
        if self._hud.adjusting:
            self._hud.adjusting = False
            if self._is_unsaved:
                self.save()
                self._hud.say("Saved for these glasses")
        elif self.rows:
            self._hud.open_adjusting()
        else:
            self._hud.say("Nothing to adjust: choose an effect first")

    def adjust(self, key: Key, *, mirrored: bool) -> bool:
        """Adjust the selected effects as a key says.

        Args:
            key: The key.
            mirrored: Whether the picture is shown mirrored.

        Returns:
            False if adjusting is not active or the key has another meaning.
        """
        if not self._hud.adjusting:
            return False
        if key.code == adjustments.RESET_KEY:
            self.reset()
            return True
        if key.code not in adjustments.KEYS or not self._movable:
            return False
        field, step = adjustments.KEYS[key.code]
        flipped = field == "right_mm" and not mirrored
        self.move(**{field: -step if flipped else step})
        return True

    def move(self, **steps: float) -> None:
        """Change the placement of all selected glasses by steps, named as the fields of `UserAdjustment`."""
        for pack in self._movable:
            changed = self._adjustments.of(pack)
            for field, step in steps.items():
                changed = changed.moved(field, step)
            self._place(pack, changed)
        self._redraw()

    def set_value(self, key: str, value: PlainValue) -> None:
        """Change a parameter of a selected effect.

        Args:
            key: Key of one of the `rows`; that of an effect that is no longer selected is ignored.
            value: The new value; None for the effect's own.

        Raises:
            ConfigError: The value is wrong.
        """
        name, _, parameter = key.partition(".")
        pack = next((pack for pack in self._carousel.selected.packs if pack.name == name), None)
        if pack is None:
            return
        if parameter in LIMITS and can_adjust(pack) and isinstance(value, int | float):
            current = self._adjustments.of(pack)
            self._place(pack, current.moved(parameter, value - getattr(current, parameter)))
        elif value is None:
            self._values.pop((name, parameter), None)
        else:
            with_value(pack, parameter, value)
            self._values[name, parameter] = value
        self._redraw()

    def reset(self) -> None:
        """Return to the selected effects as they are in their packs."""
        for pack in self._carousel.selected.packs:
            if can_adjust(pack):
                self._place(pack, UserAdjustment())
            self._values = {key: value for key, value in self._values.items() if key[0] != pack.name}
        self._redraw()

    def save(self) -> None:
        """Save the placement of glasses, if it has changed; raises as `toggle_adjusting`."""
        if self._is_unsaved:
            self._adjustments.save()
            self._is_unsaved = False

    def update(self) -> None:
        """Draw what is selected, and show the carousel."""
        self._hud.show_carousel()
        self._redraw()
        if self._hud.adjusting and not self.rows:
            self.toggle_adjusting()

    def packs(self) -> list[Pack]:
        """Return the packs to draw, adjusted, with the mesh over them if it is shown."""
        packs = [self._adjustments.applied(pack) for pack in super().packs()]
        return [*packs, load_effect(MESH_EFFECT)] if self._show_mesh else packs

    @property
    def _movable(self) -> list[Pack]:
        return [pack for pack in self._carousel.selected.packs if can_adjust(pack)]

    def _place(self, pack: Pack, adjustment: UserAdjustment) -> None:
        self._adjustments.packs[pack.name] = adjustment
        self._is_unsaved = True

    def _redraw(self) -> None:
        self._rows = None
        super().update()
