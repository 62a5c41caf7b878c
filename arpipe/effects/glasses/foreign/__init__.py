"""Glasses modelled for other programs: finds unit, axes, temples and lenses, and rearranges them for arpipe."""
