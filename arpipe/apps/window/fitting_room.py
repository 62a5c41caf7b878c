"""What is worn in the window, and how a person changes it."""

from arpipe.apps.stream.session import LiveSession
from arpipe.apps.window import adjusting
from arpipe.apps.window.adjusting import Adjustment, Adjustments, can_adjust
from arpipe.apps.window.hud import Hud
from arpipe.apps.window.wardrobe import Wardrobe
from arpipe.apps.window.window import Key
from arpipe.effects.packs import Pack

DEBUG_EFFECT = "debug"


class FittingRoom:
    """Puts outfits on, and moves what is worn.

    Args:
        session: Draws them.
        wardrobe: What there is.
        adjustments: Those kept, and the place to keep new ones.
        hud: Tells what happens.
    """

    def __init__(self, session: LiveSession, wardrobe: Wardrobe, adjustments: Adjustments, hud: Hud) -> None:
        self._session, self._wardrobe, self._adjustments, self._hud = session, wardrobe, adjustments, hud
        self._mesh = False
        self.wear()

    @property
    def adjustment(self) -> Adjustment | None:
        """What was changed about the worn glasses; None when nobody is changing it."""
        return self._adjustments.of(self._movable[0]) if self._hud.adjusting else None

    def wear(self) -> None:
        """Wear what is chosen, as it was adjusted, with mesh and axes if they are wanted."""
        if self._hud.adjusting and not self._movable:
            self.toggle_adjusting()
        self._hud.show_carousel()
        self._session.settle()
        self._draw()

    def step(self, by: int) -> None:
        """Wear the next outfits."""
        self._wardrobe.step(by)
        self.wear()

    def choose(self, index: int) -> None:
        """Wear an outfit by its number; nothing happens when there is none."""
        if self._wardrobe.choose(index):
            self.wear()

    def toggle_mesh(self) -> None:
        """Draw mesh and axes, too, or no more."""
        self._mesh = not self._mesh
        self._session.settle()
        self._draw()

    def toggle_adjusting(self) -> None:
        """Begin to move the glasses, or keep them as they are now.

        Raises:
            OutputError: They cannot be kept.
        """
        if self._hud.adjusting:
            self._hud.adjusting = False
            self._adjustments.save()
            self._hud.say("Kept for these glasses")
        elif self._movable:
            self._hud.adjusting = True
        else:
            self._hud.say("There is nothing to move: choose glasses first")

    def adjust(self, key: Key, *, mirrored: bool) -> bool:
        """Move the glasses as a key says; False when they are not being moved, or the key means something else.

        Args:
            key: Pressed.
            mirrored: Whether the picture is shown as a mirror does.
        """
        present = self.adjustment
        if present is None:
            return False
        if key.code == adjusting.RESET_KEY:
            changed = Adjustment()
        elif key.code in adjusting.KEYS:
            field, step = adjusting.KEYS[key.code]
            sideways = field == "right_mm" and not mirrored
            changed = present.moved(field, -step if sideways else step)
        else:
            return False
        for pack in self._movable:
            self._adjustments.packs[pack.name] = changed
        self._draw()
        return True

    def leave(self) -> None:
        """Keep what is being adjusted; errors as in `toggle_adjusting`."""
        if self._hud.adjusting:
            self._adjustments.save()

    @property
    def _movable(self) -> list[Pack]:
        return [pack for pack in self._wardrobe.worn.packs if can_adjust(pack)]

    def _draw(self) -> None:
        packs = [self._adjustments.applied(pack) for pack in self._wardrobe.worn.packs]
        self._session.pipeline.set_effects([*packs, *([DEBUG_EFFECT] if self._mesh else [])])
