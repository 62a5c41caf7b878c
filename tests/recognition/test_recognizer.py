"""Three movements of one's own, learned and recognised; files that are read again, and files that are refused."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.controls.trigger import TriggerTimes
from arpipe.controls.watch import ConditionWatch
from arpipe.errors import ConfigError, MediaError, MediaNotFound, OutputError
from arpipe.needs import Need
from arpipe.recognition.recognizer import NONE, Recognizer
from arpipe.recognition.samples import ClassRecording
from tests.recognition import seen

FEATURES = ("hands", "face")
SHOWN = {"wave": seen.waving, "shake": seen.shaking, "call": seen.beside_mouth, "none": seen.still}


@pytest.fixture(scope="module")
def movements():
    """Wave, shake and a hand beside the mouth, recorded twice for 2 s."""
    samples = {name: [made(seed=seed) for seed in (0, 1)] for name, made in SHOWN.items()}
    return Recognizer.train(samples, FEATURES)


def test_clips_teach_movements(movements):
    assert movements.classes == ("wave", "shake", "call", "none")
    assert movements.window_s > 0
    assert movements.needs == {Need.HANDS, Need.FACE}
    assert movements.confusion.accuracy > 0.95


@pytest.mark.parametrize("name", SHOWN)
def test_movements_are_recognised_in_other_clips(movements, name):
    found = movements.classify(SHOWN[name](seed=7))
    assert found.label == name
    assert found.score == max(found.scores.values())
    assert sum(found.scores.values()) == pytest.approx(1.0)


def test_a_stream_names_a_movement_soon_after_its_start_and_forgets_it_after_its_end(movements):
    stream = movements.stream()
    clip = [*seen.still(2.0), *seen.waving(2.0, seed=5, start_s=2.0), *seen.still(1.5, seed=3)]
    labels = []
    for index, each in enumerate(clip):
        again = seen.result(index, each.faces, each.hands)
        labels.append(stream.update(again).label)
    start = labels.index("wave") / seen.RATE
    assert 2.0 < start <= 2.6
    assert set(labels[: int(2.0 * seen.RATE)]) == {NONE}
    assert labels[-1] == NONE


def test_a_frame_that_shows_nothing_is_none(movements):
    assert movements.classify([seen.result(index) for index in range(40)]).scores["none"] == 1.0
    assert movements.stream().update(seen.result()).label == NONE


def test_a_frame_is_too_short_for_a_movement(movements):
    with pytest.raises(ConfigError, match=r"knows movements of 0\.6 s, and what is given lasts 0\.00 s"):
        movements.classify(seen.still()[0])


def test_photos_teach_poses():
    hands = {"open": seen.OPEN_HANDS, "pinch": seen.PINCHES, "none": seen.NO_HANDS}
    recognizer = Recognizer.train(hands, ("hands", "face"), window_s=0.0)
    assert recognizer.window_s == 0.0
    assert recognizer.classify(seen.result(hands=(seen.hand(seen.pinching(0.15)),))).label == "pinch"


def test_a_saved_recognizer_answers_as_before(movements, tmp_path):
    path = tmp_path / "mine.toml"
    movements.save(path)
    loaded = Recognizer.load(path)
    assert (loaded.classes, loaded.features, loaded.window_s) == (
        movements.classes,
        movements.features,
        movements.window_s,
    )
    clip = seen.waving(seed=9)
    before, after = movements.classify(clip), loaded.classify(clip)
    assert after.label == before.label
    assert after.scores == pytest.approx(dict(before.scores), abs=0.02)
    loaded.save(tmp_path / "again.toml")
    assert (tmp_path / "again.toml").read_bytes() == path.read_bytes()


def test_samples_can_be_added_later(movements):
    nod = [seen.result(index, faces=(seen.face(0, 12 * np.sin(index / 2.5)),)) for index in range(60)]
    more = movements.add("nod", nod)
    assert more.classes == ("wave", "shake", "call", "nod", "none")
    assert more.classify(nod).label == "nod"
    assert movements.classes == ("wave", "shake", "call", "none")


def recording(label, count=20, size=None):
    from arpipe.recognition.features import vector_size

    rng = np.random.default_rng(len(label))
    vectors = rng.normal(len(label), 1, (count, size or vector_size(("face",)))).astype(np.float32)
    return ClassRecording(label, "", np.arange(count) / 10, vectors)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ((), "there is no class to recognise"),
        (("none",), "there is no class to recognise"),
        (("wave", "shake"), 'no samples of the class "none", only of wave, shake'),
    ],
)
def test_one_class_is_not_enough(labels, message):
    with pytest.raises(ConfigError, match=message):
        Recognizer([recording(label) for label in labels], ("face",))


def test_a_class_without_samples_is_named():
    with pytest.raises(ConfigError, match="class 'wave': its recordings show nothing of the features"):
        Recognizer([recording("wave", 0), recording("none")], ("face",))
    with pytest.raises(
        ConfigError, match=r"class 'wave': its recordings are shorter than the window of 1\.0 s"
    ):
        Recognizer([recording("wave", 3), recording("none")], ("face",), window_s=1.0)


def test_unknown_features_are_refused_with_the_nearest_one():
    with pytest.raises(ConfigError, match="no feature 'hnds'; did you mean 'hands'"):
        Recognizer([recording("wave"), recording("none")], ("hnds",))
    with pytest.raises(ConfigError, match="at least one of hand"):
        Recognizer([recording("wave"), recording("none")], ())
    with pytest.raises(ConfigError, match="expected 0 to 1 s, got 3"):
        Recognizer([recording("wave"), recording("none")], ("face",), window_s=3)


HEAD = 'format = 1\nfeatures = ["face"]\nwindow_s = 0.0\n'
RECORDING = HEAD + '[[recordings]]\nlabel = "a"\n'
VECTOR = "vectors = [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "format: is missing"),
        ("[[", "is not valid TOML"),
        ("format = 2", "format"),
        ("[camera]\nfov_deg = 60\nformat = 1", "camera"),
        (
            RECORDING + "times_s = [0.0]\nvectors = [[1.0, 2.0]]",
            "a vector of class 'a' has 2 entries, but features face have 6",
        ),
        (
            RECORDING + "times_s = []\n" + VECTOR,
            "0 times and 1 vectors",
        ),
        (
            RECORDING + "times_s = [nan]\n" + VECTOR,
            "do not rise",
        ),
        (RECORDING + "times_s = [0.0]\nvectors = [[1.0, nan, 3.0, 4.0, 5.0, 6.0]]", "beyond ±1000"),
        (RECORDING + "times_s = [0.0]\nvectors = [[1.0, 1e300, 3.0, 4.0, 5.0, 6.0]]", "beyond ±1000"),
        (HEAD + "recordings = []", "no class to recognise"),
    ],
    ids=[
        "empty",
        "no TOML",
        "newer",
        "other TOML",
        "vector",
        "times",
        "nan",
        "nan in vector",
        "huge",
        "no recordings",
    ],
)
def test_damaged_and_foreign_files_are_refused_by_name(tmp_path, text, message):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        Recognizer.load(path)
    assert str(path) in str(caught.value)


def test_missing_files_are_refused(tmp_path, movements):
    with pytest.raises(ConfigError, match="cannot be read"):
        Recognizer.load(tmp_path / "no.toml")
    with pytest.raises(MediaNotFound):
        movements.classify(tmp_path / "no.mp4")
    with pytest.raises(MediaError, match="the folder has no photos or clips"):
        Recognizer.train({"wave": tmp_path, "none": tmp_path}, ("face",))
    with pytest.raises(OutputError):
        movements.save(tmp_path / "no" / "mine.toml")


@pytest.mark.weights
def test_pictures_are_recognised_from_their_pixels_on(shared_data):
    folder = shared_data / "gestures"
    samples = {name: sorted((folder / name).iterdir())[:4] for name in ("rock", "four", "none")}
    with Recognizer.train(samples, ("hand",)) as recognizer:
        found = recognizer.classify(sorted((folder / "rock").iterdir())[4])
    assert (found.label, recognizer.window_s) == ("rock", 0.0)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([seen.result()], "expected a dict from class to samples, got list"),
        ({"a": 3, "none": seen.NO_HANDS}, "got int$"),
        ({"a": [3], "none": seen.NO_HANDS}, "got int$"),
        (
            {"a": [[seen.result(), 3]], "none": seen.NO_HANDS},
            "got int in the sequence that stands for a clip$",
        ),
        ({}, 'of at least one, and of "none"'),
    ],
)
def test_what_is_no_sample_is_refused(samples, message):
    with pytest.raises(ConfigError, match=message):
        Recognizer.train(samples)


def test_a_single_sample_needs_no_list():
    hand = seen.result(hands=(seen.hand(seen.pinching(0.15)),))
    samples = ({"pinch": each, "none": seen.NO_HANDS} for each in (hand, [hand]))
    one, listed = (Recognizer.train(each, ("hands", "face")) for each in samples)
    assert len(one.recordings) == len(listed.recordings) == 1 + len(seen.NO_HANDS)


def test_a_frame_whose_time_is_no_number_does_not_disturb_the_stream(movements):
    stream, clip = movements.stream(), seen.waving(2.0, seed=5)
    for each in clip[:30]:
        before = stream.update(each)
    damaged = replace(clip[30].frame, captured_s=float("nan"))
    assert stream.update(replace(clip[30], frame=damaged)).scores == before.scores
    for each in clip[31:]:
        after = stream.update(each)
    assert after.label == "wave"
    assert after.score > 0.8


def test_a_condition_on_a_class_holds_on_single_photos():
    shown = {"open": seen.OPEN_HANDS, "pinch": seen.PINCHES, "none": seen.NO_HANDS}
    recognizer, events = Recognizer.train(shown, ("hands", "face"), window_s=0.0), []
    watch = ConditionWatch(recognizer, follows=False)
    watch.add("pinch", 'class == "pinch"', TriggerTimes().instant, events.append)
    for photo in (seen.OPEN_HANDS[0], seen.PINCHES[0], seen.PINCHES[1]):
        watch.observe(replace(photo, begins_stream=True))
    assert [event.edge for event in events] == ["start", "start"]
