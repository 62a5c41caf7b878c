"""MediaPipe 0.10.21, by itself and with glasses as a user would add them. Runs in the peers' environment."""

from collections.abc import Callable
from pathlib import Path

import cv2
import mediapipe
import numpy as np

Step = Callable[[np.ndarray, int], object]

NAMED = {"nose": 1, "chin": 152, "left_eye": 263, "right_eye": 33, "left_mouth": 291, "right_mouth": 61}
# A face in mm as in common tutorials, in the order of NAMED: x right, y down, z forward.
TUTORIAL_FACE = np.array(
    [[0, 0, 0], [0, 63, 12], [43, -32, 26], [-43, -32, 26], [28, 29, 24], [-28, 29, 24]], dtype=np.float64
)
VERTEX = """
#version 330
uniform mat4 u_clip; in vec3 in_position; in vec3 in_normal; in vec4 in_color; out vec3 v_normal; out vec4 v_color;
void main() { gl_Position = u_clip * vec4(in_position, 1.0); v_normal = in_normal; v_color = in_color; }
"""
FRAGMENT = """
#version 330
in vec3 v_normal; in vec4 v_color; out vec4 f_color;
void main() {
    float light = 0.35 + 0.65 * max(dot(normalize(v_normal), normalize(vec3(0.3, 0.6, 1.0))), 0.0);
    f_color = vec4(v_color.rgb * light, v_color.a);
}
"""


def make(name: str, threads: int, model: Path | None) -> Step:
    """Return a function that processes a frame, given its index; MediaPipe ignores `threads`."""
    if name == "mediapipe-tasks":
        return _face_landmarker(model)
    refined = name != "mediapipe-plain"
    mesh = mediapipe.solutions.face_mesh.FaceMesh(refine_landmarks=refined, max_num_faces=1)
    if name != "user-stack":
        return lambda frame, _index: mesh.process(frame)
    if model is None:
        raise SystemExit("user-stack needs --model glasses.glb")
    overlay: list[_Overlay] = []

    def step(frame: np.ndarray, _index: int) -> object:
        found = mesh.process(frame).multi_face_landmarks
        if not overlay:
            overlay.append(_Overlay(model, frame.shape[1], frame.shape[0]))
        return overlay[0].draw(frame, found[0].landmark if found else None)

    return step


def _face_landmarker(model: Path | None) -> Step:
    """Return FaceLandmarker's step for videos, with landmarks only, as `FaceMesh` gives them."""
    if model is None:
        raise SystemExit("mediapipe-tasks needs --model face_landmarker.task")
    tasks = mediapipe.tasks
    options = tasks.vision.FaceLandmarkerOptions(
        base_options=tasks.BaseOptions(model_asset_path=str(model)),
        running_mode=tasks.vision.RunningMode.VIDEO,
        num_faces=1,
    )
    landmarker = tasks.vision.FaceLandmarker.create_from_options(options)

    def step(frame: np.ndarray, index: int) -> object:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=frame)
        return landmarker.detect_for_video(image, index * 1000 // 30)

    return step


class _Overlay:
    """Draws the frame as a full-screen texture and the glasses over it, with 4x multisampling, and reads it back."""

    def __init__(self, model: Path, width: int, height: int) -> None:
        import moderngl
        import trimesh

        self.size = (width, height)
        self.gl = moderngl.create_context(standalone=True, backend="egl")
        self.screen = self.gl.program(
            "#version 330\nin vec2 in_place; out vec2 v_uv;"
            "void main() { gl_Position = vec4(in_place * 2.0 - 1.0, 0.999, 1.0);"
            " v_uv = vec2(in_place.x, 1.0 - in_place.y); }",
            "#version 330\nuniform sampler2D u_picture; in vec2 v_uv; out vec4 f_color;"
            "void main() { f_color = texture(u_picture, v_uv); }",
        )
        corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], "f4")
        self.quad = self.gl.vertex_array(self.screen, [(self.gl.buffer(corners), "2f", "in_place")])
        self.program = self.gl.program(VERTEX, FRAGMENT)
        scene = trimesh.load(model)
        mesh = scene.to_geometry() if hasattr(scene, "to_geometry") else scene.dump(concatenate=True)
        colors = np.tile(np.array([0.1, 0.1, 0.12, 1.0], "f4"), (len(mesh.vertices), 1))
        data = np.hstack([mesh.vertices * 1000.0, mesh.vertex_normals, colors]).astype("f4")
        self.glasses = self.gl.vertex_array(
            self.program,
            [(self.gl.buffer(data), "3f 3f 4f", "in_position", "in_normal", "in_color")],
            self.gl.buffer(mesh.faces.astype("i4")),
        )
        self.picture = self.gl.texture(self.size, 3)
        color = self.gl.renderbuffer(self.size, 4, samples=4)
        self.drawn = self.gl.framebuffer([color], self.gl.depth_renderbuffer(self.size, samples=4))
        self.resolved = self.gl.framebuffer([self.gl.renderbuffer(self.size, 4)])

    def draw(self, frame: np.ndarray, landmarks: object) -> np.ndarray:
        width, height = self.size
        self.picture.write(frame)
        self.drawn.use()
        self.drawn.clear()
        self.gl.disable(self.gl.DEPTH_TEST)
        self.picture.use()
        self.quad.render(5)
        if landmarks is not None:
            points = np.array([(landmarks[i].x * width, landmarks[i].y * height) for i in NAMED.values()])
            camera = np.array([[width, 0, width / 2], [0, width, height / 2], [0, 0, 1]], dtype=np.float64)
            _, rotation, translation = cv2.solvePnP(TUTORIAL_FACE, points, camera, None)
            view = np.eye(4)
            view[:3, :3], view[:3, 3] = cv2.Rodrigues(rotation)[0], translation[:, 0]
            flip = np.diag([1.0, -1.0, -1.0, 1.0])
            near, far = 10.0, 5000.0
            clip = np.zeros((4, 4))
            clip[0, 0], clip[1, 1] = 2.0, 2.0 * width / height
            clip[2, 2], clip[2, 3] = -(far + near) / (far - near), -2 * far * near / (far - near)
            clip[3, 2] = -1.0
            self.program["u_clip"].write((clip @ flip @ view @ flip).T.astype("f4").tobytes())
            self.gl.enable(self.gl.DEPTH_TEST)
            self.glasses.render()
        self.gl.copy_framebuffer(self.resolved, self.drawn)
        return np.frombuffer(self.resolved.read(components=3), np.uint8).reshape(height, width, 3)[::-1]
