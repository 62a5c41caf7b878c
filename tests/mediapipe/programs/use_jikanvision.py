"""jikanvision 0.5: bodies, faces and face meshes; its hands need the signature of MediaPipe 0.8.8."""

from clip import frames, save, thumbnail
from jikanvision.BodyTrackingModule import BodyDetector
from jikanvision.FaceDetectionModule import FaceDetector
from jikanvision.FaceMeshModule import FaceMeshDetector

body, faces, meshes = BodyDetector(), FaceDetector(), FaceMeshDetector(refine_lm=True)
found = {"bodies": [], "faces": [], "meshes": []}
for image in frames():
    bodies, drawn = body.findBodies(image.copy())
    found["bodies"].append(bodies)
    drawn, boxes = faces.findFaces(image.copy())
    found["faces"].append([each[1] for each in boxes])
    points, drawn = meshes.findFaces(image.copy())
    found["meshes"].append(points)
save(**found, drawn=thumbnail(drawn))
