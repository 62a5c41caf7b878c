"""The compiled rasteriser, which draws without OpenGL, and the canvas that it draws on."""
