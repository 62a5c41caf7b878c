"""The configuration of a run, as one tree of frozen models.

It composes the configurations of the classes. Values come from the following places, later ones take precedence: the
defaults of the classes, a TOML file, environment variables (`ARPIPE_PERCEPTION__FACE__MAX_FACES=2`),
`--set perception.face.max_faces=2`, and flags. A wrong value or key is an error that names its origin, the key and the
nearest valid key.
"""

from arpipe.config.jobs import JobsConfig, RayConfig
from arpipe.config.live import LiveConfig
from arpipe.config.load import as_toml, config_file, load_config
from arpipe.config.profile import ProfileConfig
from arpipe.config.run import ControlsFile, RunConfig
from arpipe.config.web import WebConfig

__all__ = [
    "ControlsFile",
    "JobsConfig",
    "LiveConfig",
    "ProfileConfig",
    "RayConfig",
    "RunConfig",
    "WebConfig",
    "as_toml",
    "config_file",
    "load_config",
]
