"""Rock, paper, scissors against the computer: `python demos/17_rock_paper_scissors.py [clip or photo] [frames]`.

A move counts once the hand has shown it for a moment; lower the hand before the next one.
"""

import random
import sys
from functools import partial
from itertools import islice

from arpipe import ControlEvent, Pipeline, open_source

clip = sys.argv[1] if len(sys.argv) > 1 else "sample"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 3000

MOVES = {"Closed_Fist": "rock", "Open_Palm": "paper", "Victory": "scissors"}
BEATS = {"rock": "scissors", "paper": "rock", "scissors": "paper"}
score = {"you": 0, "computer": 0}


def play(move: str, event: ControlEvent) -> None:
    """Play one round."""
    answer = random.choice(list(BEATS))
    winner = "nobody" if move == answer else "you" if BEATS[move] == answer else "computer"
    if winner in score:
        score[winner] += 1
    print(f"{event.time_s:.1f} s: you {move}, computer {answer}: {winner}")


with (
    open_source(clip) as source,
    Pipeline(mode="video" if source.info.frame_count != 1 else "image") as pipeline,
):
    for gesture, move in MOVES.items():
        pipeline.on(f"gesture == '{gesture}'")(partial(play, move))
    for frame in islice(source, frames):
        pipeline.detect(frame)
print(f"you {score['you']}, computer {score['computer']}")
