"""Drawing without OpenGL: solid geometry by a compiled rasteriser, soft shadows with NumPy."""
