"""A program for MediaPipe's solutions, unchanged but for its import: `python demos/15_mediapipe_program.py [photo]`.

With `import mediapipe as mp` instead, `python -m arpipe.mediapipe demos/15_mediapipe_program.py` does the same.
"""

import sys

import cv2

from arpipe import mediapipe as mp

photo = sys.argv[1] if len(sys.argv) > 1 else "assets/samples/astronaut.png"
target = sys.argv[2] if len(sys.argv) > 2 else "out/holistic.png"

drawing, styles, holistic = mp.solutions.drawing_utils, mp.solutions.drawing_styles, mp.solutions.holistic
image = cv2.imread(photo)
with holistic.Holistic(static_image_mode=True, refine_face_landmarks=True) as network:
    results = network.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
drawing.draw_landmarks(
    image,
    results.face_landmarks,
    holistic.FACEMESH_CONTOURS,
    landmark_drawing_spec=None,
    connection_drawing_spec=styles.get_default_face_mesh_contours_style(),
)
drawing.draw_landmarks(
    image,
    results.pose_landmarks,
    holistic.POSE_CONNECTIONS,
    landmark_drawing_spec=styles.get_default_pose_landmarks_style(),
)
cv2.imwrite(target, image)
nose = results.pose_landmarks.landmark[holistic.PoseLandmark.NOSE]
print(f"nose at ({nose.x:.3f}, {nose.y:.3f}), visibility {nose.visibility:.2f}; {target}")
