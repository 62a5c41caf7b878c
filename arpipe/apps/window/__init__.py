"""The window of `arpipe live`.

`window` owns glfw, `screen` draws pictures and panels into it, `panels` makes those and `hud` decides on them, `keys`
says what keys mean, `wardrobe` knows the effects and `previews` how they look, `fitting_room` puts them on and
`adjusting` remembers how they were moved, `recorder` records, `hints` says what a person should know, `app` is the
whole.
"""
