"""How a layer of a pack reacts to the face: `when` it is drawn, and which signals `drive` its parameters."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from arpipe.controls.condition import Condition, ConditionText, parse_condition
from arpipe.controls.drive import SignalRange
from arpipe.controls.trigger import TriggerTimes
from arpipe.effects.params import EffectParams
from arpipe.needs import Need

REACTION_KEYS = ("when", "drive")
TIMES = TriggerTimes(smooth_s=0.1, hold_s=0.0, rest_s=0.0)  # a layer appears at once, also on a photo

Params = TypeVar("Params", bound=BaseModel)


class LayerReactions(BaseModel):
    """Keys of a layer beside its name, its kind and the parameters of the kind.

    Attributes:
        when: Condition while which the layer is drawn; always by default.
        drive: Parameter, or dotted path of one → the signal that sets it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: ConditionText | None = None
    drive: dict[str, SignalRange] = Field(default={})

    @property
    def condition(self) -> Condition | None:
        """The condition, parsed."""
        return None if self.when is None else parse_condition(self.when)

    @property
    def needs(self) -> frozenset[Need]:
        """What perception must detect for them."""
        driven = frozenset[Need]().union(*(signal.needs for signal in self.drive.values()))
        return driven if self.condition is None else driven | self.condition.needs


def with_parameter(params: Params, path: str, value: object) -> Params:
    """Return parameters with one changed, and all of them checked.

    Args:
        params: The parameters.
        path: Name of a parameter, or dotted path into a table of them.
        value: The new value.

    Raises:
        ValueError: The value is not valid, with the reason.
        AttributeError: There is no such parameter.
    """
    name, _, inner = path.partition(".")
    current = getattr(params, name)
    if inner:
        value = with_parameter(current, inner, value)
    values = {field.alias or key: getattr(params, key) for key, field in type(params).model_fields.items()}
    return type(params).model_validate({**values, type(params).model_fields[name].alias or name: value})


def driven_params(params: EffectParams, values: dict[str, float]) -> EffectParams:
    """Return parameters with the values that signals have set."""
    for path, value in values.items():
        params = with_parameter(params, path, value)
    return params
