"""A small geometry kit for spectacles and the styles built with it.

Everything is modelled in millimetres. Two spaces are used:

* *flat*: the front laid out on a table, seen by the viewer: x to the wearer's left, y up from the lenses'
  datum line, d out of the front's reference surface (towards the viewer);
* *worn*: the glasses on a level head, axes of arpipe's `head` frame (x to the wearer's left, y up, z out of
  the nose), origin where the bridge rests on the nose. `front.Front` maps flat to worn.
"""
