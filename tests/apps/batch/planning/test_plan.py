import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from arpipe.apps.batch.planning import plan as batch_plan
from arpipe.apps.batch.planning.output_folders import prepare
from arpipe.apps.batch.planning.plan import make_plan
from arpipe.errors import ConfigError, OutputError
from tests.io.clips import write_clip


@pytest.fixture
def media(tmp_path):
    """Folder with a.png, b.jpg, b.gif (moving), c.mp4, d.mkv and a text."""
    folder = tmp_path / "media"
    folder.mkdir()
    Image.new("RGB", (8, 6)).save(folder / "a.png")
    Image.new("RGB", (8, 6)).save(folder / "b.jpg")
    frames = [Image.new("RGB", (8, 6), color) for color in ("red", "blue")]
    frames[0].save(folder / "b.gif", save_all=True, append_images=frames[1:])
    for name in ("c.mp4", "d.mkv"):
        write_clip(folder / name, (0, 3000))
    (folder / "notes.txt").write_text("no media")
    return folder


def plan(inputs, output=None, export=None, asked=None, codec="h264"):
    made = make_plan([str(each) for each in inputs], output, export, asked, codec)
    prepare(made)
    return made


def names(made):
    return [job.output.name for job in made.jobs]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text there")
def test_files_of_a_dataset_have_names_that_query_engines_open(media, tmp_path):
    inner = media / "monday"
    inner.mkdir()
    write_clip(inner / "c.mp4", (0, 3000)).rename(inner / os.fsdecode(b"latin\xe9.mp4"))
    (job,) = make_plan([str(media)], None, tmp_path / "data", "dataset", "h264", recursive=True).jobs[5:]
    assert job.export == tmp_path / "data" / r"monday-latin\udce9.parquet"


def test_one_input_with_a_suffix_is_a_file(media, tmp_path):
    (job,) = plan([media / "c.mp4"], tmp_path / "out.mp4", tmp_path / "out.csv").jobs
    assert (job.kind, job.output, job.export) == ("video", tmp_path / "out.mp4", tmp_path / "out.csv")
    assert job.export_format == "csv"


def test_folder_stands_for_its_media_and_keeps_names_that_can_be_written(media, tmp_path):
    made = plan([media], tmp_path / "out", tmp_path / "data")
    assert names(made) == ["a.png", "b.mp4", "b.jpg", "c.mp4", "d.mkv"]
    assert [job.export.name for job in made.jobs] == [
        *("a.jsonl", "b.gif.jsonl", "b.jpg.jsonl", "c.jsonl", "d.jsonl"),
    ]
    assert (tmp_path / "out").is_dir()


def test_pattern_stands_for_what_it_matches(media, tmp_path):
    assert names(plan([media / "*.m*"], tmp_path / "out")) == ["c.mp4", "d.mkv"]


def test_input_named_twice_is_done_once(media, tmp_path):
    made = plan([media / "c.mp4", media / "*.mp4"], tmp_path / "out")
    assert names(made) == ["c.mp4"]


def test_suffix_follows_the_codec(media, tmp_path):
    assert names(plan([media / "c.mp4", media / "d.mkv"], tmp_path / "out", codec="prores")) == [
        "c.mov",
        "d.mkv",
    ]
    assert names(plan([media / "c.mp4"], tmp_path / "out", codec="vp9")) == ["c.mp4"]


def test_sample_is_an_input(tmp_path):
    (job,) = plan(["sample"], tmp_path / "demo.mp4").jobs
    assert (job.spec, job.kind) == ("sample", "sample")
    assert names(plan(["sample"], tmp_path)) == ["sample.mp4"]


def test_unusable_inputs_are_refused_one_by_one(media, tmp_path):
    (media / "empty.mp4").touch()
    made = plan([media / "nope.mp4", media / "empty.mp4", media / "*.xyz", media / "c.mp4"], tmp_path / "out")
    assert names(made) == ["c.mp4"]
    reasons = {Path(refusal.spec).name: refusal.reason for refusal in made.refusals}
    assert reasons == {
        "nope.mp4": "there is no such file",
        "empty.mp4": "the file is empty",
        "*.xyz": "there are no pictures or videos",
    }


def test_output_equal_to_input_is_refused_before_anything_is_read(media, monkeypatch):
    monkeypatch.setattr(batch_plan, "media_kind", lambda path: pytest.fail("the input was read"))
    with pytest.raises(OutputError, match="same file as the input"):
        plan([media / "c.mp4"], media / "c.mp4")


def test_output_equal_to_input_is_refused_through_links_and_folders(media, tmp_path):
    (tmp_path / "link").symlink_to(media)
    for inputs, output in (
        ([media / "c.mp4"], tmp_path / "link" / "c.mp4"),
        ([media / "c.mp4", media / "a.png"], media),
        ([media / "c.mp4"], media / "sub" / ".." / "c.mp4"),
    ):
        with pytest.raises(OutputError, match="same file as the input"):
            plan(inputs, output)
    with pytest.raises(OutputError, match="same file as the input"):
        plan([media / "c.mp4"], None, media / "c.mp4", "jsonl")


def test_missing_folder_is_made_but_not_its_parent(media, tmp_path):
    plan([media / "c.mp4"], tmp_path / "new" / "out.mp4")
    assert (tmp_path / "new").is_dir()
    with pytest.raises(OutputError, match="there is no folder"):
        plan([media / "c.mp4"], tmp_path / "no" / "such" / "out.mp4")
    assert not (tmp_path / "no").exists()


def test_file_in_the_way_of_a_folder_says_so(media, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="cannot be created"):
        plan([media], tmp_path / "out")


def test_read_only_folder_says_so(media, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere
    with pytest.raises(OutputError, match="is not writable"):
        plan([media / "c.mp4"], tmp_path / "out.mp4")


def test_several_inputs_and_a_file_name_is_refused(media, tmp_path):
    with pytest.raises(OutputError, match="this must be a folder"):
        plan([media], tmp_path / "out.mp4")


@pytest.mark.parametrize(
    ("name", "output"), [("c.mp4", "out.png"), ("a.png", "out.mp4"), ("c.mp4", "out.webm")]
)
def test_output_that_does_not_fit_is_refused(media, tmp_path, name, output):
    with pytest.raises(OutputError, match="choose one of"):
        plan([media / name], tmp_path / output)


def test_nothing_to_read_and_nothing_to_write_say_so(media, tmp_path):
    with pytest.raises(ConfigError, match="there is no input"):
        plan([], tmp_path / "out")
    with pytest.raises(ConfigError, match="nothing to write"):
        plan([media])


def test_export_format_can_be_asked_for(media, tmp_path):
    made = plan([media / "c.mp4", media / "d.mkv"], None, tmp_path / "data", "parquet")
    assert [job.export.name for job in made.jobs] == ["c.parquet", "d.parquet"]
    (job,) = plan([media / "c.mp4"], None, tmp_path / "data.txt", "csv").jobs
    assert (job.export.name, job.export_format) == ("data.txt", "csv")
