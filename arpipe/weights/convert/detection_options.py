"""Options of `TFLite_Detection_PostProcess`, which ends SSD networks, and the shapes that follow from them."""

from typing import Annotated

from flatbuffers import flexbuffers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from arpipe.errors import ConfigError, WeightsError
from arpipe.io.guard import guarded
from arpipe.io.validation import check

DETECTION = "TFLite_Detection_PostProcess"
MAX_DETECTIONS = 10_000  # far more than any network reports; bounds what a file can make us allocate


def _one_class(value: int) -> int:
    if value != 1:
        raise ValueError(f"{value} classes per box are not supported, only 1")
    return value


Positive = Annotated[float, Field(gt=0)]


class DetectionOptions(BaseModel):
    """How boxes are decoded and suppressed.

    Attributes:
        max_detections: Boxes to report; fewer are padded with zeros.
        max_classes_per_detection: Classes to report per box, if `use_regular_nms` is not set.
        detections_per_class: Boxes that suppression keeps per class, if `use_regular_nms` is set.
        use_regular_nms: Suppress within each class; otherwise boxes of all classes suppress each other.
        nms_score_threshold: Least score.
        nms_iou_threshold: Intersection over union above which the worse box is dropped.
        num_classes: Number of classes, without the background.
        y_scale: Factor of an encoded centre's y; as `x_scale`, `h_scale` and `w_scale` for x, height and width.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    max_detections: int = Field(ge=1, le=MAX_DETECTIONS)
    max_classes_per_detection: Annotated[int, AfterValidator(_one_class)] = 1
    detections_per_class: int = Field(default=100, ge=1, le=MAX_DETECTIONS)
    use_regular_nms: bool = False
    nms_score_threshold: float
    nms_iou_threshold: float = Field(gt=0, le=1)
    num_classes: int = Field(ge=1)
    y_scale: Positive
    x_scale: Positive
    h_scale: Positive
    w_scale: Positive

    @property
    def output_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shapes of boxes, classes, scores and count. Files leave them out: the runtime sets them when it loads one."""
        most = self.max_detections
        return (1, most, 4), (1, most), (1, most), (1,)


def read_detection_options(content: bytes) -> DetectionOptions:
    """Read the operator's options, which are a FlexBuffers map.

    Raises:
        WeightsError: They are damaged, or one of them is missing or out of range.
    """
    with guarded(WeightsError, f"{DETECTION}: its options are damaged", "fetch the file again"):
        options = flexbuffers.Loads(content) if content else None
    if not isinstance(options, dict):
        raise WeightsError(f"{DETECTION}: its options are not a map")
    try:
        return check(DetectionOptions, options, DETECTION)
    except ConfigError as error:
        raise WeightsError(str(error)) from error
