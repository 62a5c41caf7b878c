"""Record what the official MediaPipe 0.10.21 runtime answers for the networks with custom operators.

Runs in an environment of its own (see README.md); nothing of arpipe is imported. Each network gets pictures made
here from the astronaut picture and from seeded noise, fed through MediaPipe's own calculators.
"""

import argparse
from pathlib import Path

import cv2
import mediapipe as mp
import numpy as np

MODULES = Path(mp.__file__).parent / "modules"
NETWORKS = {
    "face_mesh_attention": ("face_landmark/face_landmark_with_attention.tflite", (192, 192)),
    "selfie_segmentation": ("selfie_segmentation/selfie_segmentation.tflite", (256, 256)),
    "selfie_segmentation_landscape": ("selfie_segmentation/selfie_segmentation_landscape.tflite", (144, 256)),
}
OUTPUTS = {
    "face_mesh_attention": (
        *("mesh", "lips", "left_eye", "right_eye", "left_iris", "right_iris", "presence"),
    ),
    "selfie_segmentation": ("mask",),
    "selfie_segmentation_landscape": ("mask",),
}
# Where the face is in the 512×512 astronaut picture: centre and side of the crop in px, turn in degrees.
FACE = (222.0, 120.0)
FACE_CROPS = ((150.0, 0.0), (180.0, 25.0), (80.0, -10.0))  # the last one cuts the face off


def graph_config(model: Path, height: int, width: int, count: int) -> str:
    """A graph: picture → tensor in 0…1 → network with MediaPipe's custom operators → one list per output."""
    parts = "".join(f'  output_stream: "tensor_{i}"\n' for i in range(count))
    ranges = " ".join(f"ranges: {{ begin: {i} end: {i + 1} }}" for i in range(count))
    floats = "".join(
        f"""
node {{ calculator: "TensorsToFloatsCalculator"
  input_stream: "TENSORS:tensor_{i}"
  output_stream: "FLOATS:floats_{i}" }}"""
        for i in range(count)
    )
    outputs = "".join(f'output_stream: "floats_{i}"\n' for i in range(count))
    return f"""
input_stream: "picture"
{outputs}
node {{ calculator: "ImageToTensorCalculator"
  input_stream: "IMAGE:picture"
  output_stream: "TENSORS:input"
  options {{ [mediapipe.ImageToTensorCalculatorOptions.ext] {{
    output_tensor_width: {width} output_tensor_height: {height}
    output_tensor_float_range {{ min: 0.0 max: 1.0 }} }} }} }}
node {{ calculator: "TfLiteCustomOpResolverCalculator"
  output_side_packet: "OP_RESOLVER:resolver"
  options {{ [mediapipe.TfLiteCustomOpResolverCalculatorOptions.ext] {{ use_gpu: false }} }} }}
node {{ calculator: "InferenceCalculator"
  input_stream: "TENSORS:input"
  output_stream: "TENSORS:outputs"
  input_side_packet: "OP_RESOLVER:resolver"
  options {{ [mediapipe.InferenceCalculatorOptions.ext] {{
    model_path: "{model}" delegate {{ xnnpack {{ num_threads: 1 }} }} }} }} }}
node {{ calculator: "SplitTensorVectorCalculator"
  input_stream: "outputs"
{parts}
  options {{ [mediapipe.SplitVectorCalculatorOptions.ext] {{ {ranges} }} }} }}
{floats}
"""


def run(name: str, picture: np.ndarray) -> dict[str, np.ndarray]:
    """The network's outputs for one RGB picture of exactly its input size."""
    path, (height, width) = NETWORKS[name]
    answers: dict[int, np.ndarray] = {}
    config = graph_config(MODULES / path, height, width, len(OUTPUTS[name]))
    graph = mp.CalculatorGraph(graph_config=config)
    for i in range(len(OUTPUTS[name])):

        def keep(_: str, packet: mp.Packet, i: int = i) -> None:
            answers[i] = np.array(mp.packet_getter.get_float_list(packet), np.float32)

        graph.observe_output_stream(f"floats_{i}", keep)
    graph.start_run()
    frame = mp.ImageFrame(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture))
    graph.add_packet_to_input_stream("picture", mp.packet_creator.create_image_frame(frame).at(0))
    graph.close_all_packet_sources()
    graph.wait_until_done()
    return {output: answers[i] for i, output in enumerate(OUTPUTS[name])}


def noise(height: int, width: int) -> np.ndarray:
    """Smooth coloured noise from a fixed seed."""
    coarse = np.random.default_rng(7).integers(0, 256, (9, 9, 3)).astype(np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def face_crop(astronaut: np.ndarray, side_px: float, turn_deg: float, size: int) -> np.ndarray:
    """A turned square around the face, scaled to the network's input."""
    matrix = cv2.getRotationMatrix2D(FACE, turn_deg, size / side_px)
    matrix[:, 2] += size / 2 - np.array(FACE)
    return cv2.warpAffine(astronaut, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE)


def pictures(name: str, astronaut: np.ndarray) -> list[np.ndarray]:
    """What a network is fed."""
    height, width = NETWORKS[name][1]
    if name == "face_mesh_attention":
        faces = [face_crop(astronaut, side, turn, width) for side, turn in FACE_CROPS]
        return [*faces, noise(height, width)]
    upper = astronaut[:300, 100:400]
    return [cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA) for part in (astronaut, upper)]


def main() -> None:
    """Write one .npz per network beside this script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("astronaut", type=Path, help="astronaut.png of scikit-image (NASA, public domain)")
    bgr = cv2.imread(str(parser.parse_args().astronaut))
    astronaut = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    for name in NETWORKS:
        fed = pictures(name, astronaut)
        answers = [run(name, picture) for picture in fed]
        stacked = {output: np.stack([answer[output] for answer in answers]) for output in OUTPUTS[name]}
        if "mask" in stacked:  # probabilities: 16 bits hold them to 8e-6
            stacked["mask"] = np.round(stacked["mask"] * 65535).astype(np.uint16)
        np.savez_compressed(Path(__file__).with_name(f"{name}.npz"), pictures=np.stack(fed), **stacked)


if __name__ == "__main__":
    main()
