"""Camera AR in Python: face tracking, metric head pose and OpenGL overlays.

```python
from arpipe import Pipeline, open_source

with open_source("clip.mp4") as source, Pipeline(effects="aviator") as pipeline:
    for frame in source:
        picture = pipeline.process(frame)
        for face in picture.result.faces:
            print(face.track_id, face.landmarks["nose_tip"], face.pose)
```

Names are imported on first use, so that `import arpipe` is fast.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

# ONNX Runtime 1.29 and later report usage to their maker unless this is set before they are imported. Every
# module of arpipe comes after this line, and child processes inherit the variable; see docs/privacy.md.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from arpipe import draw as draw
    from arpipe.apps.batch import BatchConfig as BatchConfig
    from arpipe.apps.batch import batch as batch
    from arpipe.apps.import_glasses import ImportedGlasses as ImportedGlasses
    from arpipe.apps.import_glasses import import_glasses as import_glasses
    from arpipe.apps.live import live as live
    from arpipe.apps.profile import profile as profile
    from arpipe.apps.web.server import WebServer as WebServer
    from arpipe.config import JobsConfig as JobsConfig
    from arpipe.config import LiveConfig as LiveConfig
    from arpipe.config import ProfileConfig as ProfileConfig
    from arpipe.config import RunConfig as RunConfig
    from arpipe.config import WebConfig as WebConfig
    from arpipe.controls.config import DriveConfig as DriveConfig
    from arpipe.controls.config import TriggerConfig as TriggerConfig
    from arpipe.controls.senders.sender import open_sender as open_sender
    from arpipe.controls.trigger import TriggerTimes as TriggerTimes
    from arpipe.controls.watch import ControlEvent as ControlEvent
    from arpipe.custom.detection.detector import ObjectDetector as ObjectDetector
    from arpipe.custom.explain.explainer import Explainer as Explainer
    from arpipe.custom.model import Model as Model
    from arpipe.custom.model import open_model as open_model
    from arpipe.effects.packs import Pack as Pack
    from arpipe.effects.packs import load_effect as load_effect
    from arpipe.effects.packs import load_pack as load_pack
    from arpipe.effects.search import pack_folders as pack_folders
    from arpipe.errors import ArpipeError as ArpipeError
    from arpipe.errors import AssetError as AssetError
    from arpipe.errors import AssetNotFound as AssetNotFound
    from arpipe.errors import CameraStalled as CameraStalled
    from arpipe.errors import ConfigError as ConfigError
    from arpipe.errors import DeviceError as DeviceError
    from arpipe.errors import ForkError as ForkError
    from arpipe.errors import GltfError as GltfError
    from arpipe.errors import InferenceError as InferenceError
    from arpipe.errors import MediaError as MediaError
    from arpipe.errors import MediaNotFound as MediaNotFound
    from arpipe.errors import MissingExtra as MissingExtra
    from arpipe.errors import ModelError as ModelError
    from arpipe.errors import ModelNotFound as ModelNotFound
    from arpipe.errors import NativeError as NativeError
    from arpipe.errors import NonFiniteOutput as NonFiniteOutput
    from arpipe.errors import NotDrawnByCpu as NotDrawnByCpu
    from arpipe.errors import OutputError as OutputError
    from arpipe.errors import PluginError as PluginError
    from arpipe.errors import RenderError as RenderError
    from arpipe.errors import WeightsError as WeightsError
    from arpipe.errors import WeightsNotFound as WeightsNotFound
    from arpipe.geometry.camera import CameraIntrinsics as CameraIntrinsics
    from arpipe.geometry.transforms import RigidTransform as RigidTransform
    from arpipe.geometry.transforms import angle_between_deg as angle_between_deg
    from arpipe.io.camera import Camera as Camera
    from arpipe.io.encoding import VideoSinkConfig as VideoSinkConfig
    from arpipe.io.image.reader import ImageFiles as ImageFiles
    from arpipe.io.sample import SampleConfig as SampleConfig
    from arpipe.io.sample import SampleSource as SampleSource
    from arpipe.io.sample import SampleTruth as SampleTruth
    from arpipe.io.sample import sample_portrait as sample_portrait
    from arpipe.io.sink import Sink as Sink
    from arpipe.io.sinks import open_sink as open_sink
    from arpipe.io.source import Source as Source
    from arpipe.io.source import SourceInfo as SourceInfo
    from arpipe.io.sources import open_source as open_source
    from arpipe.io.video import VideoFile as VideoFile
    from arpipe.io.video.writer import VideoSink as VideoSink
    from arpipe.models.joints import joint_angles_deg as joint_angles_deg
    from arpipe.needs import Need as Need
    from arpipe.pipeline.perception import Perception as Perception
    from arpipe.pipeline.perception_config import PerceptionConfig as PerceptionConfig
    from arpipe.pipeline.photo import landmarks as landmarks
    from arpipe.pipeline.pipeline import Pipeline as Pipeline
    from arpipe.pipeline.pipeline_config import PipelineConfig as PipelineConfig
    from arpipe.pipeline.renderer import EffectRenderer as EffectRenderer
    from arpipe.pipeline.runner import run as run
    from arpipe.pipeline.tensors import TensorBatch as TensorBatch
    from arpipe.pipeline.tensors import tensors as tensors
    from arpipe.recognition.recognizer import Classification as Classification
    from arpipe.recognition.recognizer import Recognizer as Recognizer
    from arpipe.render.base_canvas import Phase as Phase
    from arpipe.render.config import RenderConfig as RenderConfig
    from arpipe.render.layer import Canvas as Canvas
    from arpipe.render.layer import Layer as Layer
    from arpipe.render.layer import Order as Order
    from arpipe.render.layer import Patch as Patch
    from arpipe.render.layer import Scene as Scene
    from arpipe.timing import StageTimer as StageTimer
    from arpipe.timing import TimingLog as TimingLog
    from arpipe.types import ClassScore as ClassScore
    from arpipe.types import Detection as Detection
    from arpipe.types import Expressions as Expressions
    from arpipe.types import FoundObject as FoundObject
    from arpipe.types import Frame as Frame
    from arpipe.types import FrameResult as FrameResult
    from arpipe.types import Gaze as Gaze
    from arpipe.types import Gesture as Gesture
    from arpipe.types import HeadPose as HeadPose
    from arpipe.types import HeatMap as HeatMap
    from arpipe.types import Landmarks as Landmarks
    from arpipe.types import Movement as Movement
    from arpipe.types import OcclusionMatte as OcclusionMatte
    from arpipe.types import Picture as Picture
    from arpipe.types import Prediction as Prediction
    from arpipe.types import Roi as Roi
    from arpipe.types import Tracked as Tracked
    from arpipe.types import TrackedBody as TrackedBody
    from arpipe.types import TrackedFace as TrackedFace
    from arpipe.types import TrackedHand as TrackedHand
    from arpipe.types import TrackedObject as TrackedObject

__version__ = "0.1.0"

_HOMES = {
    "draw": "arpipe.draw",
    "BatchConfig": "arpipe.apps.batch",
    "batch": "arpipe.apps.batch",
    "ImportedGlasses": "arpipe.apps.import_glasses",
    "import_glasses": "arpipe.apps.import_glasses",
    "live": "arpipe.apps.live",
    "profile": "arpipe.apps.profile",
    "WebServer": "arpipe.apps.web.server",
    "JobsConfig": "arpipe.config",
    "LiveConfig": "arpipe.config",
    "ProfileConfig": "arpipe.config",
    "RunConfig": "arpipe.config",
    "WebConfig": "arpipe.config",
    "ObjectDetector": "arpipe.custom.detection.detector",
    "Explainer": "arpipe.custom.explain.explainer",
    "Model": "arpipe.custom.model",
    "open_model": "arpipe.custom.model",
    "DriveConfig": "arpipe.controls.config",
    "TriggerConfig": "arpipe.controls.config",
    "open_sender": "arpipe.controls.senders.sender",
    "TriggerTimes": "arpipe.controls.trigger",
    "ControlEvent": "arpipe.controls.watch",
    "Pack": "arpipe.effects.packs",
    "load_effect": "arpipe.effects.packs",
    "load_pack": "arpipe.effects.packs",
    "pack_folders": "arpipe.effects.search",
    "ArpipeError": "arpipe.errors",
    "AssetError": "arpipe.errors",
    "AssetNotFound": "arpipe.errors",
    "CameraStalled": "arpipe.errors",
    "ConfigError": "arpipe.errors",
    "DeviceError": "arpipe.errors",
    "ForkError": "arpipe.errors",
    "GltfError": "arpipe.errors",
    "InferenceError": "arpipe.errors",
    "MediaError": "arpipe.errors",
    "MediaNotFound": "arpipe.errors",
    "MissingExtra": "arpipe.errors",
    "ModelError": "arpipe.errors",
    "ModelNotFound": "arpipe.errors",
    "NonFiniteOutput": "arpipe.errors",
    "NativeError": "arpipe.errors",
    "NotDrawnByCpu": "arpipe.errors",
    "OutputError": "arpipe.errors",
    "PluginError": "arpipe.errors",
    "RenderError": "arpipe.errors",
    "WeightsError": "arpipe.errors",
    "WeightsNotFound": "arpipe.errors",
    "CameraIntrinsics": "arpipe.geometry.camera",
    "RigidTransform": "arpipe.geometry.transforms",
    "angle_between_deg": "arpipe.geometry.transforms",
    "Camera": "arpipe.io.camera",
    "VideoSinkConfig": "arpipe.io.encoding",
    "ImageFiles": "arpipe.io.image.reader",
    "SampleConfig": "arpipe.io.sample",
    "SampleSource": "arpipe.io.sample",
    "SampleTruth": "arpipe.io.sample",
    "sample_portrait": "arpipe.io.sample",
    "Sink": "arpipe.io.sink",
    "open_sink": "arpipe.io.sinks",
    "Source": "arpipe.io.source",
    "SourceInfo": "arpipe.io.source",
    "open_source": "arpipe.io.sources",
    "VideoFile": "arpipe.io.video",
    "VideoSink": "arpipe.io.video.writer",
    "joint_angles_deg": "arpipe.models.joints",
    "Need": "arpipe.needs",
    "Perception": "arpipe.pipeline.perception",
    "PerceptionConfig": "arpipe.pipeline.perception_config",
    "landmarks": "arpipe.pipeline.photo",
    "Pipeline": "arpipe.pipeline.pipeline",
    "PipelineConfig": "arpipe.pipeline.pipeline_config",
    "EffectRenderer": "arpipe.pipeline.renderer",
    "run": "arpipe.pipeline.runner",
    "Classification": "arpipe.recognition.recognizer",
    "Recognizer": "arpipe.recognition.recognizer",
    "TensorBatch": "arpipe.pipeline.tensors",
    "tensors": "arpipe.pipeline.tensors",
    "RenderConfig": "arpipe.render.config",
    "Canvas": "arpipe.render.layer",
    "Layer": "arpipe.render.layer",
    "Order": "arpipe.render.layer",
    "Patch": "arpipe.render.layer",
    "Phase": "arpipe.render.base_canvas",
    "Scene": "arpipe.render.layer",
    "StageTimer": "arpipe.timing",
    "TimingLog": "arpipe.timing",
    "ClassScore": "arpipe.types",
    "Detection": "arpipe.types",
    "Expressions": "arpipe.types",
    "FoundObject": "arpipe.types",
    "Frame": "arpipe.types",
    "FrameResult": "arpipe.types",
    "Gaze": "arpipe.types",
    "Gesture": "arpipe.types",
    "HeadPose": "arpipe.types",
    "HeatMap": "arpipe.types",
    "Landmarks": "arpipe.types",
    "Movement": "arpipe.types",
    "OcclusionMatte": "arpipe.types",
    "Picture": "arpipe.types",
    "Prediction": "arpipe.types",
    "Roi": "arpipe.types",
    "Tracked": "arpipe.types",
    "TrackedBody": "arpipe.types",
    "TrackedFace": "arpipe.types",
    "TrackedHand": "arpipe.types",
    "TrackedObject": "arpipe.types",
}
"""Public name → the module that defines it, or that it is; the imports above say the same to type checkers."""

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - names from the table, a test resolves each


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'arpipe' has no attribute {name!r}")
    module = importlib.import_module(_HOMES[name])
    value = module if module.__name__ == f"arpipe.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
