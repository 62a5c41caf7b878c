"""Effects built for a test."""

from arpipe.effects.active import ActiveEffects
from arpipe.effects.packs import load_effect


def activate(context, *effects):
    """Active effects of these specs or packs; whoever calls closes them."""
    active = ActiveEffects()
    active.update([load_effect(each) if isinstance(each, str) else each for each in effects], context)
    return active
