"""mp2signal 0.0.2: what it reads of a person's body, face and hands, by Holistic with refined faces."""

import mediapipe as mp
from clip import frames, save, thumbnail
from mp2signal.mp2s import mp_frame_coords

parts = ("pose_landmarks", "face_landmarks", "left_hand_landmarks", "right_hand_landmarks")
found = {part: [] for part in parts}
drawing, styles, module = mp.solutions.drawing_utils, mp.solutions.drawing_styles, mp.solutions.holistic
with module.Holistic(refine_face_landmarks=True) as holistic:
    for image in frames():
        height, width = image.shape[:2]
        results = holistic.process(image[:, :, ::-1])
        for part in parts:
            landmarks = getattr(results, part)
            found[part].append([mp_frame_coords(landmarks, height, width)[:, :2]] if landmarks else [])
drawn = image.copy()
drawing.draw_landmarks(
    drawn,
    results.face_landmarks,
    module.FACEMESH_CONTOURS,
    landmark_drawing_spec=None,
    connection_drawing_spec=styles.get_default_face_mesh_contours_style(),
)
drawing.draw_landmarks(
    drawn,
    results.pose_landmarks,
    module.POSE_CONNECTIONS,
    landmark_drawing_spec=styles.get_default_pose_landmarks_style(),
)
save(**found, drawn=thumbnail(drawn))
