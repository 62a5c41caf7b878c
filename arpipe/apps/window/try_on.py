"""Selecting effects in the window, and adjusting the selected glasses."""

from collections.abc import Sequence

from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.stream.selection import EffectSelection
from arpipe.apps.stream.session import LiveSession
from arpipe.apps.window import adjustments
from arpipe.apps.window.adjustments import Adjustments, UserAdjustment, can_adjust
from arpipe.apps.window.hud import Hud
from arpipe.apps.window.window import Key
from arpipe.controls.config import DriveConfig
from arpipe.effects.packs import Pack, load_effect

MESH_EFFECT = "debug"


class TryOn(EffectSelection):
    """Draws the selected effects, adjusted as the user likes them.

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
        self._show_mesh = False
        self.update()

    @property
    def adjustment(self) -> UserAdjustment | None:
        """The adjustment of the selected glasses; None unless adjusting is active."""
        return self._adjustments.of(self._adjustable[0]) if self._hud.adjusting else None

    def toggle_mesh(self) -> None:
        """Show or hide landmarks and axes."""
        self._show_mesh = not self._show_mesh
        super().update()

    def toggle_adjusting(self) -> None:
        """Start to adjust the selected glasses, or stop and save.

        Raises:
            OutputError: The adjustments cannot be saved.
        """
        if self._hud.adjusting:
            self._hud.adjusting = False
            self._adjustments.save()
            self._hud.say("Saved for these glasses")
        elif self._adjustable:
            self._hud.adjusting = True
        else:
            self._hud.say("Nothing to adjust: choose glasses first")

    def adjust(self, key: Key, *, mirrored: bool) -> bool:
        """Adjust the selected glasses as a key says.

        Args:
            key: The key.
            mirrored: Whether the picture is shown mirrored.

        Returns:
            False if adjusting is not active or the key has another meaning.
        """
        current = self.adjustment
        if current is None:
            return False
        if key.code == adjustments.RESET_KEY:
            changed = UserAdjustment()
        elif key.code in adjustments.KEYS:
            field, step = adjustments.KEYS[key.code]
            flipped = field == "right_mm" and not mirrored
            changed = current.moved(field, -step if flipped else step)
        else:
            return False
        for pack in self._adjustable:
            self._adjustments.packs[pack.name] = changed
        super().update()
        return True

    def close(self) -> None:
        """Save an adjustment that is still active; raises as `toggle_adjusting`."""
        if self._hud.adjusting:
            self._adjustments.save()

    @property
    def _adjustable(self) -> list[Pack]:
        return [pack for pack in self._carousel.selected.packs if can_adjust(pack)]

    def update(self) -> None:
        """Draw what is selected, and show the carousel."""
        if self._hud.adjusting and not self._adjustable:
            self.toggle_adjusting()
        self._hud.show_carousel()
        super().update()

    def packs(self) -> list[Pack]:
        """Return the packs to draw, adjusted, with the mesh over them if it is shown."""
        packs = [self._adjustments.applied(pack) for pack in super().packs()]
        return [*packs, load_effect(MESH_EFFECT)] if self._show_mesh else packs
