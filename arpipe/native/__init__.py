"""The compiled library: its C++ sources, what compiles them, and what loads the result."""
