"""`[[controls]]`: triggers with what they do, and signals that drive parameters."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from arpipe.controls.condition import ConditionText, parse_condition
from arpipe.controls.drive import SignalRange
from arpipe.controls.senders.address import OscAddress, WebhookUrl
from arpipe.controls.trigger import TriggerTimes

MAX_CONTROLS = 200
SAFE_ACTIONS = Literal[
    "pause", "record", "snapshot", "previous", "next", "none", "background", "mirror", "full_screen", "quit"
]
PARAMETER = re.compile(r"[^.\s]+(\.[A-Za-z_][A-Za-z0-9_-]*)+")
ParameterValue = bool | int | float | str


def _parameter(key: str) -> str:
    if not PARAMETER.fullmatch(key):
        raise ValueError(f"expected effect.parameter, such as lipstick.opacity, got {key!r}")
    return key


ParameterKey = Annotated[str, AfterValidator(_parameter)]
"""An effect and one of its parameters, such as `lipstick.opacity`."""


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class TriggerConfig(TriggerTimes):
    """A condition and what happens when it begins; without anything to do, its events are still exported and sent.

    Attributes:
        when: The condition, such as `gesture == "Thumb_Up"`; see `arpipe.controls.grammar`.
        name: Name in events and messages; the condition by default.
        do: What keys and buttons do, too: "next", "previous" or "none" of the effects, "background", "snapshot",
            "record", "pause", "mirror", "full_screen", "quit"; one or several.
        effect: Spec of an effect to select, such as "lipstick(color=#a3123a)".
        background: Parameters of a background to put behind the person, such as "blur=18"; "" for none.
        set: Parameters of active effects to change, such as {"lipstick.opacity" = 0.4}.
        say: A line for standard output.
        sound: A WAV file to play.
        webhook: Address on this machine to which the event is posted as JSON.
        osc: "osc://host:port/address", where the event is sent as an OSC message.
        keys: Keys to press, such as "ctrl+right"; requires the extra `keyboard` and `allow_keyboard`.
    """

    when: ConditionText
    name: str = Field(default="", max_length=100)
    do: Annotated[tuple[SAFE_ACTIONS, ...], BeforeValidator(_as_tuple)] = ()
    effect: str | None = None
    background: str | None = None
    set: dict[ParameterKey, ParameterValue] = Field(default={})
    say: str | None = Field(default=None, max_length=1000)
    sound: Path | None = None
    webhook: WebhookUrl | None = None
    osc: OscAddress | None = None
    keys: str | None = Field(default=None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        given = {"smooth_s", "hold_s"} & self.model_fields_set
        if given and parse_condition(self.when).is_momentary:
            raise ValueError(
                f"{self.when!r} holds in one frame only, when the movement is complete; "
                f"remove {', '.join(sorted(given))}"
            )
        return self

    @property
    def label(self) -> str:
        """Name in events and messages."""
        return self.name or self.when


class DriveConfig(SignalRange):
    """A signal that sets a parameter in every frame; see `SignalRange` for the rest.

    Attributes:
        drive: The parameter, such as "lipstick.opacity".
    """

    drive: ParameterKey


def _kind(value: object) -> str:
    """Tell the two kinds of controls apart by their first key."""
    keys = value if isinstance(value, dict) else {} if isinstance(value, TriggerConfig) else {"drive"}
    return "DriveConfig" if "drive" in keys or "by" in keys else "TriggerConfig"


def _one_kind(value: object) -> object:
    if isinstance(value, dict) and "when" in value and ("drive" in value or "by" in value):
        raise ValueError("has both when and drive; write two [[controls]], a trigger and a signal")
    return value


ControlConfig = Annotated[
    Annotated[TriggerConfig, Tag("TriggerConfig")] | Annotated[DriveConfig, Tag("DriveConfig")],
    Discriminator(_kind),
    BeforeValidator(_one_kind),
]
"""A table of `[[controls]]`."""
