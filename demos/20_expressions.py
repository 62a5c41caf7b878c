"""What a face expresses, in numbers: `python demos/20_expressions.py [clip] [frames]`.

Prints blinks, nods and other movements when they end, and the strongest expressions of every half second. Scores are
relative to the person's neutral face, which is learned meanwhile.
"""

import sys
from itertools import islice

from arpipe import Need, Perception, open_source

clip = sys.argv[1] if len(sys.argv) > 1 else "sample"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 150
STRONGEST, EVERY_S = 3, 0.5

with open_source(clip) as source, Perception(needs={Need.EXPRESSIONS, Need.GESTURES}) as perception:
    next_s = 0.0
    for result in map(perception.detect, islice(source, frames)):
        time_s = result.frame.captured_s
        for subject in (*result.faces, *result.hands):
            for movement in subject.movements:
                print(f"{time_s:6.2f} s  {movement.name}, {movement.duration_s:.2f} s long")
        if time_s < next_s or not result.faces:
            continue
        next_s = time_s + EVERY_S
        face = result.faces[0]
        strongest = sorted(face.expressions.items(), key=lambda pair: pair[1], reverse=True)[:STRONGEST]
        scores = ", ".join(f"{name} {score:.2f}" for name, score in strongest)
        gaze = f"gaze {face.gaze.yaw_deg:+.0f}°, {face.gaze.pitch_deg:+.0f}°" if face.gaze else "no gaze"
        gestures = [f"{hand.side} hand: {hand.gesture.label}" for hand in result.hands if hand.gesture]
        print(f"{time_s:6.2f} s  {'; '.join([scores, gaze, *gestures])}")
