"""Everything arpipe raises on purpose.

Each class is also the builtin a caller would expect, so `except FileNotFoundError` works without knowing
arpipe.

```
ArpipeError
├── ConfigError (ValueError)            a config file, flag or effect parameter is wrong
├── AssetError (ValueError)             a pack, model or texture cannot be used
│   ├── AssetNotFound (FileNotFoundError)
│   └── GltfError                       … because its glTF is damaged or asks for what is not supported
├── MediaError (ValueError)             a file is not a readable picture or video
│   └── MediaNotFound (FileNotFoundError)
├── OutputError (OSError)               a result cannot be written
├── DeviceError (ConnectionError)       a camera, window or virtual camera fails
│   └── CameraStalled (TimeoutError)
├── ModelError (ValueError)             a network of the user's, or its card, cannot be used
│   └── ModelNotFound (FileNotFoundError)
├── WeightsError (RuntimeError)         network weights are missing, damaged or cannot be fetched
│   └── WeightsNotFound (FileNotFoundError)
├── InferenceError (RuntimeError)       a network cannot be loaded or answers nonsense
│   └── NonFiniteOutput                 … with NaN or infinity
├── RenderError (RuntimeError)          no OpenGL context, or a shader fails
│   └── NotDrawnByCpu                   … or an effect needs OpenGL, and the CPU is to draw
├── NativeError (ImportError)           the compiled library is missing, out of date or does not load
├── ForkError (RuntimeError)            a pipeline is used in a forked process
├── MissingExtra (ImportError)          an optional package is not installed
└── PluginError (ImportError)           an extension of an installed package cannot be used
```

A message says what happened, with the values, and what to do next.
"""


class ArpipeError(Exception):
    """Base of all errors that arpipe raises on purpose."""


class ConfigError(ArpipeError, ValueError):
    """A config file, flag or effect parameter is wrong; names file, key and nearest valid key."""


class AssetError(ArpipeError, ValueError):
    """An effect pack, model or texture cannot be used; names the file."""


class AssetNotFound(AssetError, FileNotFoundError):
    """A pack, model or texture does not exist; names the path."""


class GltfError(AssetError):
    """A glTF file is damaged, or requires an extension that is not supported."""


class MediaError(ArpipeError, ValueError):
    """A file is not a picture or video that can be read."""


class MediaNotFound(MediaError, FileNotFoundError):
    """A source names a file that does not exist."""


class OutputError(ArpipeError, OSError):
    """A result cannot be written: folder missing, read-only, disk full, or equal to the input."""


class DeviceError(ArpipeError, ConnectionError):
    """A camera, window or virtual camera cannot be opened or stopped working."""


class CameraStalled(DeviceError, TimeoutError):
    """A camera is open but delivers no frames."""


class ModelError(ArpipeError, ValueError):
    """A network that the user brought, or its card, cannot be used; names the file and what to change."""


class ModelNotFound(ModelError, FileNotFoundError):
    """No network of the user's has that name, and there is no such file."""


class WeightsError(ArpipeError, RuntimeError):
    """Network weights are missing, damaged or cannot be fetched."""


class WeightsNotFound(WeightsError, FileNotFoundError):
    """No network of arpipe's has that name, or a file with weights does not exist."""


class InferenceError(ArpipeError, RuntimeError):
    """A network cannot be loaded on the asked provider, or its output is not finite."""


class NonFiniteOutput(InferenceError):
    """A network answered with NaN or infinity."""


class RenderError(ArpipeError, RuntimeError):
    """No OpenGL context can be made, or a shader does not compile."""


class NotDrawnByCpu(RenderError):
    """An effect can be drawn with OpenGL only, and drawing on the CPU was requested; names the effect."""


class NativeError(ArpipeError, ImportError):
    """The compiled library is missing, was compiled from other sources, or does not load."""


class ForkError(ArpipeError, RuntimeError):
    """A pipeline is used in a process that was forked after it was made."""


class MissingExtra(ArpipeError, ImportError):
    """An optional package is not installed; names the extra that brings it."""


class PluginError(ArpipeError, ImportError):
    """An extension of an installed package cannot be loaded, or its name is taken; names the distribution."""
