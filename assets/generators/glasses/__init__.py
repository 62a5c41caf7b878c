"""A small geometry kit for spectacles, and the styles built with it.

All lengths are in millimetres. There are two spaces:

* *flat*: the front laid flat, seen by the viewer: x to the wearer's left, y up from the datum line of the lenses, d out
  of the reference surface of the front (towards the viewer);
* *worn*: the glasses on a level head, with the axes of arpipe's `head` frame (x to the wearer's left, y up, z out of
  the nose) and the origin where the bridge rests on the nose. `front.Front` maps flat to worn.
"""
