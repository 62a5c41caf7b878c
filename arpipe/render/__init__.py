"""Drawing onto frames: OpenGL contexts, regions, light, and the base class `Layer` of all effects."""
