"""Drawing onto frames with OpenGL: contexts, regions, light, and the `Layer` protocol that effects implement."""
