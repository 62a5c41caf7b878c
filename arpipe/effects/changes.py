"""Changes to loaded packs: other values of parameters, and signals that drive them."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from pydantic import BaseModel

from arpipe.controls.drive import SignalRange
from arpipe.effects.layer_reactions import LayerReactions
from arpipe.effects.pack_file import PackLayer, changed_layer, require_drivable
from arpipe.effects.packs import Pack
from arpipe.effects.presets import PRESET_KEY
from arpipe.errors import ConfigError
from arpipe.io.validation import valid_keys
from arpipe.spelling import nearest


def with_value(pack: Pack, key: str, value: object) -> Pack:
    """Return a pack with one parameter changed, in every layer that has it or in the one that the key names.

    Args:
        pack: The pack.
        key: The parameter; a path into a table, and may start with the name of one layer. `preset` chooses a preset.
        value: The new value.

    Raises:
        ConfigError: There is no such parameter, or the value is wrong.
    """
    source = f"effect {pack.name!r}"
    if key == PRESET_KEY:
        return with_preset(pack, str(value))
    return _changed(
        pack, key, source, lambda layer, path: changed_layer(layer, path, value, f"{source}: {path}")
    )


def with_preset(pack: Pack, name: str) -> Pack:
    """Return a pack with another preset; what was changed otherwise stays.

    Raises:
        ConfigError: There is no such preset.
    """
    layers = {preset.name: preset.layers for preset in pack.presets}
    if name not in layers:
        raise ConfigError(f"effect {pack.name!r}: there is no preset {name!r}{nearest(name, layers)}")
    return replace(pack, layers=layers[name], preset=name)


def with_drive(pack: Pack, key: str, signal: SignalRange) -> Pack:
    """Return a pack with one parameter driven by a signal; arguments and errors as for `with_value`."""
    source = f"effect {pack.name!r}"

    def driven(layer: PackLayer, path: str) -> PackLayer:
        require_drivable(layer, path, signal, f"{source}: {path}")
        drive = {**layer.reactions.drive, path: signal}
        return replace(layer, reactions=layer.reactions.model_copy(update={"drive": drive}))

    return _changed(pack, key, source, driven)


def without_reactions(pack: Pack) -> Pack:
    """Return a pack with all of its layers drawn, with the parameters of its file, as previews show it."""
    return replace(pack, layers=tuple(replace(layer, reactions=LayerReactions()) for layer in pack.layers))


def _changed(pack: Pack, key: str, source: str, change: Callable[[PackLayer, str], PackLayer]) -> Pack:
    taking, path = _find_takers(pack, key, source)

    def changed(layers: tuple[PackLayer, ...]) -> tuple[PackLayer, ...]:
        return tuple(change(layer, path) if layer.name in taking else layer for layer in layers)

    presets = tuple(replace(preset, layers=changed(preset.layers)) for preset in pack.presets)
    return replace(pack, layers=changed(pack.layers), presets=presets)


def _find_takers(pack: Pack, key: str, source: str) -> tuple[set[str], str]:
    """Return the names of the layers that a key addresses, and the key inside them."""
    name, _, rest = key.partition(".")
    named = [layer for layer in pack.layers if layer.name == name]
    addressed, path = (named, rest) if named and rest else (pack.layers, key)
    first = path.partition(".")[0]
    taking = {layer.name for layer in addressed if first in _parameters(layer.params)}
    if not taking:
        raise ConfigError(
            f"{source}: there is no parameter {first!r}{nearest(first, _known(pack, addressed))}"
        )
    return taking, path


def _known(pack: Pack, addressed: Iterable[PackLayer]) -> list[str]:
    """Return the words that a key may begin with: the layers of a pack, and the parameters of those addressed."""
    parameters = (name for layer in addressed for name in _parameters(layer.params))
    return [*(layer.name for layer in pack.layers), *parameters]


def _parameters(params: BaseModel) -> list[str]:
    return valid_keys(type(params))
