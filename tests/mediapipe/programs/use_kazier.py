"""Kazier 0.0.1: hands, faces, face meshes and bodies."""

from clip import frames, save, thumbnail, without_numbers
from KAZIER import FaceDetector, HandStar, PoseDetector

hands, faces, pose = HandStar(), FaceDetector(flip=False), PoseDetector(flip=False)
found = {"hands": [], "faces": [], "meshes": [], "pose": []}
for image in frames():
    drawn = hands.detect_hands(image.copy(), flip=False)
    found["hands"].append(without_numbers(hands.get_hand_positions(drawn, draw=False)))
    drawn, boxes = faces.find_faces(image.copy())
    found["faces"].append([each[1] for each in boxes])
    drawn, points = faces.find_face_mesh(image.copy(), pointdraw=False)
    found["meshes"].append(points)
    drawn = pose.findPose(image.copy())
    found["pose"].append(without_numbers([pose.findPosition(drawn, draw=False)]))
save(**found, drawn=thumbnail(drawn))
