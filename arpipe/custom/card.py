"""Cards: what goes into a network and what its outputs mean, as a TOML file beside it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from arpipe.errors import ConfigError, ModelError
from arpipe.io.toml_tables import read_toml, to_toml
from arpipe.io.validation import check
from arpipe.preprocess.fit import Fit, FittedPicture, fit_picture
from arpipe.preprocess.scaling import ColorOrder, InputType, Layout, Level, TensorSpec
from arpipe.types import Pixels

CARD_FILE = "model.toml"
NAME_PATTERN = r"[a-z0-9][a-z0-9._-]{0,63}"

Task = Literal["classify", "detect", "other"]
Activation = Literal["none", "softmax", "sigmoid"]
DecoderName = Literal["ssd", "yolo", "yolo-transposed", "yolox", "end-to-end", "detr"]
ModelName = Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN}$")]
Side = Annotated[int, Field(ge=1, le=8192)]


class InputCard(BaseModel):
    """What a network takes.

    Attributes:
        name: Of the input.
        width, height: Px.
        low, high: Input value of a black and of a white pixel; three values where red, green and blue differ.
        layout: "nhwc" or "nchw".
        color: Order of the channels.
        dtype: Type of the values; "uint8" takes pixels as they are.
        fit: How pictures are brought to the size, as in `arpipe.preprocess.fit.fit_picture`.
        share: Part of the picture that the fit "center" keeps.
        pad: Level of the bars of the fit "letterbox".
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    width: Side
    height: Side
    low: Level = 0.0
    high: Level = 1.0
    layout: Layout = "nchw"
    color: ColorOrder = "rgb"
    dtype: InputType = "float32"
    fit: Fit = "center"
    share: float = Field(default=1.0, gt=0, le=1)
    pad: int = Field(default=0, ge=0, le=255)

    @property
    def spec(self) -> TensorSpec:
        """The tensor of one picture."""
        return TensorSpec(self.width, self.height, self.low, self.high, self.layout, self.color, self.dtype)

    def fitted(self, pixels: Pixels) -> FittedPicture:
        """Bring a picture (h, w, 3) RGB to the network's size."""
        return fit_picture(pixels, self.width, self.height, self.fit, self.share, self.pad)


class ModelCard(BaseModel):
    """A network and what is known of it.

    Attributes:
        name: By which it is called.
        about: What it does.
        licence: Of its weights, as an SPDX expression where there is one.
        file: The ONNX file, relative to the card; empty for a bundled network.
        sha256: Of that file.
        origin: The file that it was added from.
        labels: File with one class per line, relative to the card; empty if there is none.
        input: What it takes.
        task: "classify" and "detect" have decoders; the outputs of any other network are used as they are.
        scores: Output of a classifier with one value per class.
        activation: What turns these values into probabilities.
        decoder: How the outputs of a detector are read, see `arpipe.custom.decoding`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ModelName
    about: str = ""
    licence: str = ""
    file: str = ""
    sha256: str = ""
    origin: str = ""
    labels: str = ""
    task: Task = "other"
    scores: str = ""
    activation: Activation = "none"
    decoder: DecoderName | None = None
    input: InputCard

    def to_toml(self) -> str:
        """Return the card as the text of its file; defaults of the network's description are left out."""
        table = self.model_dump(exclude_none=True)
        kept = {key: value for key, value in table.items() if value != ""}
        return f"# What arpipe knows of this network; edit it freely.\n{to_toml(kept)}"


def read_card(path: Path) -> ModelCard:
    """Read a card.

    Raises:
        ModelError: It cannot be read, or a key is wrong; the message names it.
    """
    try:
        return check(ModelCard, read_toml(path), str(path))
    except ConfigError as error:
        raise ModelError(str(error)) from error


def file_beside(card_path: Path, name: str) -> Path:
    """Return a file that a card names, which must be in the card's folder.

    Raises:
        ModelError: The name leads out of the folder, or there is no such file.
    """
    folder = card_path.parent.resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise ModelError(f"{card_path}: {name!r} leads out of the folder of the card; put the file into it")
    if not path.is_file():
        raise ModelError(f"{card_path}: there is no file {name!r} beside the card")
    return path
