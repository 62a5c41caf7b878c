"""Frames, units and the transforms between them.

| frame    | origin                                   | axes                                          | unit |
|----------|------------------------------------------|-----------------------------------------------|------|
| `image`  | centre of the top-left pixel is (0, 0)   | x right, y down                               | px   |
| `crop`   | same, in the model's input               | x right, y down                               | px   |
| `camera` | optical centre                           | x right, y down, z forward (OpenCV)           | m    |
| `head`   | midpoint between the pupils              | x to person's left, y up, z out of the nose | m    |
| `gl`     | optical centre                           | x right, y up, z backward                     | m    |

`gl_from_camera` is diag(1, -1, -1); it and the half-pixel shift of OpenGL live in `geometry.camera` alone.
A transform is named by both its frames, target first: `camera_from_head @ head_from_glasses`. When neighbours
do not cancel, the line is wrong.

A head that faces the camera has `camera_from_head.rotation == diag(1, -1, -1)` and yaw = pitch = roll = 0.
Angles, with R = Ry(yaw)·Rx(−pitch)·Rz(−roll) in axes x right, y up, z towards the viewer:

- yaw > 0: the nose turns to the viewer's right (the person's left);
- pitch > 0: the nose points up;
- roll > 0: the head tilts clockwise as the viewer sees it.
"""
