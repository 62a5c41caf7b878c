"""`[[controls]]`: triggers with what they do, and signals that drive parameters."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from arpipe.controls.condition import ConditionText, number_signal, parse_condition
from arpipe.controls.senders.address import OscAddress, WebhookUrl
from arpipe.controls.trigger import TriggerTimes

MAX_CONTROLS = 200
SAFE_ACTIONS = Literal[
    "pause", "record", "snapshot", "previous", "next", "none", "mirror", "full_screen", "quit"
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
        do: What keys and buttons do, too: "next", "previous" or "none" of the effects, "snapshot", "record", "pause",
            "mirror", "full_screen", "quit"; one or several.
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


class DriveConfig(BaseModel):
    """A signal that sets a parameter in every frame.

    Attributes:
        drive: The parameter, such as "lipstick.opacity".
        by: The signal, such as "expression.jawOpen".
        source: Values of the signal at the ends of `to`, written `from`; the signal's whole range by default.
        to: Values of the parameter, which stops at them.
        smooth_s: Time over which the signal is averaged, s; 0 for none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    drive: ParameterKey
    by: str
    source: tuple[float, float] | None = Field(default=None, alias="from")
    to: tuple[float, float] = (0.0, 1.0)
    smooth_s: float = Field(default=0.1, ge=0, le=10)

    @field_validator("by")
    @classmethod
    def _check_signal(cls, name: str) -> str:
        number_signal(name)
        return name

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        low, high = self.ends
        if low == high:
            raise ValueError(f"from: expected two different values of {self.by}, got {low:g} twice")
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """Values of the signal at the ends of `to`.

        Raises:
            ValueError: The signal has no bounds, and none are given.
        """
        signal = number_signal(self.by)
        if self.source is not None:
            return self.source
        if float("inf") in (signal.high, -signal.low):
            raise ValueError(f"from: is missing; {self.by} has no largest value")
        return signal.low, signal.high


def _kind(value: Any) -> str:
    """Tell the two kinds of controls apart by their first key."""
    keys = value if isinstance(value, dict) else {} if isinstance(value, TriggerConfig) else {"drive"}
    return "DriveConfig" if "drive" in keys or "by" in keys else "TriggerConfig"


ControlConfig = Annotated[
    Annotated[TriggerConfig, Tag("TriggerConfig")] | Annotated[DriveConfig, Tag("DriveConfig")],
    Discriminator(_kind),
]
"""A table of `[[controls]]`."""
