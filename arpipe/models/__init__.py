"""One file per network: what it is fed and what its numbers mean."""

DECODERS = {
    "face_detector_short": "arpipe.models.face_detector:FaceDetector",
    "face_detector_full": "arpipe.models.face_detector:FaceDetector",
    "face_mesh": "arpipe.models.face_mesh:FaceMesh",
    "face_mesh_attention": "arpipe.models.face_mesh:FaceMesh",
}
"""Network in the weights' catalogue → the class that reads its answers."""
