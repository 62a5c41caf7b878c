"""Makeup on skin, lips, lashes, brows, teeth and irises.

All active kinds are drawn together (`layer`), in the order in which makeup is applied, whatever
their sequence in packs.
Pigments and skin smoothing are films that keep the shading of the skin (`skin`); lipstick, liner, lashes, irises and
teeth are shapes over the refined landmarks (`lips`, `eyes`, `teeth`). `kinds` contains the kinds that users name.
"""
