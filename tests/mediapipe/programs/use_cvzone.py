"""cvzone 1.6.1: every module that builds on MediaPipe."""

from clip import frames, save, thumbnail
from cvzone.FaceDetectionModule import FaceDetector
from cvzone.FaceMeshModule import FaceMeshDetector
from cvzone.HandTrackingModule import HandDetector
from cvzone.PoseModule import PoseDetector
from cvzone.SelfiSegmentationModule import SelfiSegmentation

hands, faces, meshes = (
    HandDetector(maxHands=2),
    FaceDetector(minDetectionCon=0.5),
    FaceMeshDetector(maxFaces=2),
)
pose, segmentation = PoseDetector(), SelfiSegmentation()
found = {"hands": [], "fingers": [], "faces": [], "meshes": [], "pose": []}
for image in frames():
    hands_found, drawn = hands.findHands(image.copy())
    found["hands"].append([each["lmList"] for each in hands_found])
    found["fingers"].append([hands.fingersUp(each) for each in hands_found])
    drawn, boxes = faces.findFaces(image.copy())
    found["faces"].append([each["bbox"] for each in boxes])
    drawn, points = meshes.findFaceMesh(image.copy())
    found["meshes"].append(points)
    drawn = pose.findPose(image.copy())
    found["pose"].append([pose.findPosition(drawn)[0]])
    cut_out = segmentation.removeBG(image, (0, 255, 0), 0.5)
save(**found, drawn=thumbnail(drawn), cut_out=thumbnail(cut_out))
