"""Makeup: pigment on skin, lips, lashes, brows, teeth and irises.

All makeup worn at once is drawn together (`stack`), in the order in which a person would put it on, whatever the
order it was asked for. Powders and foundation are films over the skin's own shading (`skin`), lipstick, liner,
lashes, irises and teeth are shapes over the refined landmarks (`lips`, `eyes`, `teeth`). `kinds` has what a user sees.
"""
