"""What all parts of the schema share: checked numbers, and objects that ignore unknown keys."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic.alias_generators import to_camel

MAX_ITEMS = 20_000  # per array of the file; real glasses have a few dozen

Item = TypeVar("Item")
Items = Annotated[list[Item], Field(max_length=MAX_ITEMS)]
Index = Annotated[int, Field(ge=0)]
Offset = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(ge=1)]


def _clamp(value: float, info: ValidationInfo) -> float:
    """Clamp to [0, 1], as exporters round and some write what other programs tolerate; adds a note."""
    clamped = min(max(value, 0.0), 1.0)
    if clamped != value:
        notes: set[str] = (info.context or {}).get("notes", set())
        notes.add(f"{to_camel(info.field_name or 'value')} {value:g} is outside 0 to 1; {clamped:g} is used")
    return clamped


Unit = Annotated[float, AfterValidator(_clamp)]
Unsigned = Annotated[float, Field(ge=0.0)]
Vector2 = tuple[float, float]
Vector3 = tuple[float, float, float]
UnitColor = tuple[Unit, Unit, Unit]


class GltfObject(BaseModel):
    """An object of the file, read by the names of the specification."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, allow_inf_nan=False, populate_by_name=True
    )


class IgnoredEntry(GltfObject):
    """An entry of which only the presence matters."""
