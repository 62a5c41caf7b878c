"""Packs whose layers react to the face, over a stream of results."""

from collections.abc import Sequence
from dataclasses import replace

from arpipe.controls.drive import Drive
from arpipe.controls.signals import ConditionInput
from arpipe.controls.trigger import Trigger
from arpipe.effects.layer_reactions import TIMES, driven_params
from arpipe.effects.pack_file import PackLayer
from arpipe.effects.packs import Pack
from arpipe.types import FrameResult


class ReactingPacks:
    """Follows the conditions and signals of packs.

    Args:
        packs: The packs.

    Attributes:
        current: The packs as they are to be drawn now; the same objects while nothing changes.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.current = tuple(packs)
        self._reacting = {
            (place, number): _ReactingLayer(layer)
            for place, pack in enumerate(packs)
            for number, layer in enumerate(pack.layers)
            if layer.is_reacting
        }
        self.current = self._assembled()

    def update(self, result: FrameResult) -> tuple[Pack, ...]:
        """Take the result of the next frame into account and return `current`."""
        if self._reacting:
            moment = ConditionInput(result)
            changed = [layer.update(moment) for layer in self._reacting.values()]
            if any(changed):
                self.current = self._assembled()
        return self.current

    def _assembled(self) -> tuple[Pack, ...]:
        return tuple(self._pack(place, pack) for place, pack in enumerate(self.current))

    def _pack(self, place: int, pack: Pack) -> Pack:
        if not any(own == place for own, _ in self._reacting):
            return pack
        layers = (
            self._reacting[place, number].current if (place, number) in self._reacting else layer
            for number, layer in enumerate(pack.layers)
        )
        return replace(pack, layers=tuple(layers))


class _ReactingLayer:
    """Follows the condition and the signals of one layer."""

    def __init__(self, layer: PackLayer) -> None:
        self._layer = layer
        self._condition = layer.reactions.condition
        self._trigger = Trigger(TIMES)
        self._drives = {path: Drive(signal) for path, signal in layer.reactions.drive.items()}
        self._values = {path: drive.value for path, drive in self._drives.items()}
        self.current = self._drawn()

    def update(self, moment: ConditionInput) -> bool:
        """Take a frame into account; returns whether the layer has changed."""
        values = {path: drive.update(moment) for path, drive in self._drives.items()}
        if moment.result.begins_stream:
            self._trigger.reset()
        if self._condition is not None:
            self._trigger.update(self._condition.level(moment), moment.result.frame.captured_s)
        if values == self._values and self._is_visible == self.current.is_visible:
            return False
        self._values = values
        self.current = self._drawn()
        return True

    @property
    def _is_visible(self) -> bool:
        return self._condition is None or self._trigger.is_on

    def _drawn(self) -> PackLayer:
        params = driven_params(self._layer.params, self._values)
        return replace(self._layer, params=params, is_visible=self._is_visible)
