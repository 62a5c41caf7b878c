"""Draw what was detected on a plain array, with no pipeline or OpenGL behind the drawing.

    python demos/24_draw_on_arrays.py [PHOTO] [OUTPUT]

Writes the photo with mesh, outlines, axes and a labelled box for every face.
"""

import sys

import cv2

from arpipe import Pipeline, draw, sample_portrait

source = sys.argv[1] if len(sys.argv) > 1 else "sample"
output = sys.argv[2] if len(sys.argv) > 2 else "drawn.png"
photo = sample_portrait().pixels if source == "sample" else cv2.imread(source)[..., ::-1]

with Pipeline(mode="image") as pipeline:
    result = pipeline.detect(photo)

drawn = photo
for face in result.faces:
    drawn = draw.mesh(drawn, face.landmarks)
    drawn = draw.outlines(drawn, face.landmarks)
    if face.pose is not None:
        drawn = draw.axes(drawn, face.pose.camera_from_head, result.camera)
labels = [f"face {face.track_id}  {100 * face.landmarks.score:.0f} %" for face in result.faces]
drawn = draw.boxes(drawn, [face.landmarks.box_px for face in result.faces], labels)

cv2.imwrite(output, drawn[..., ::-1])
print(f"{output}: {len(result.faces)} faces")
