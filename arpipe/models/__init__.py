"""One file per network: what it is fed and what its numbers mean."""

DECODERS = {
    "face_detector_short": "arpipe.models.face_detector:FaceDetector",
    "face_detector_full": "arpipe.models.face_detector:FaceDetector",
    "face_mesh": "arpipe.models.face_mesh:FaceMesh",
    "face_mesh_attention": "arpipe.models.face_mesh:FaceMesh",
    "pose_detector": "arpipe.models.body_pose:PersonDetector",
    "pose_landmarks_full": "arpipe.models.body_pose:BodyPose",
    "palm_detector_lite": "arpipe.models.palm_detector:PalmDetector",
    "palm_detector_full": "arpipe.models.palm_detector:PalmDetector",
    "hand_landmarks_lite": "arpipe.models.hands:HandMesh",
    "hand_landmarks_full": "arpipe.models.hands:HandMesh",
}
"""Network in the weights' catalogue → the class that reads its answers."""
