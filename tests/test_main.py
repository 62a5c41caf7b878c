import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from arpipe import __main__ as entry
from arpipe import cli
from arpipe.errors import ConfigError, MediaNotFound, OutputError, RenderError, WeightsNotFound


@pytest.fixture(autouse=True)
def _heard_interrupts():
    """Handle SIGINT as Python does; shells start programs in the background with the signal ignored."""
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


@pytest.fixture
def failing(monkeypatch):
    """Makes the whole command line raise one error; ARPIPE_DEBUG is not set."""
    monkeypatch.delenv("ARPIPE_DEBUG", raising=False)

    def fail_with(error):
        def run(**_):
            raise error

        monkeypatch.setattr(cli, "app", run)

    return fail_with


@pytest.mark.parametrize(
    ("kind", "code"),
    [(ConfigError, 2), (MediaNotFound, 2), (WeightsNotFound, 2), (OutputError, 1), (RenderError, 1)],
)
def test_an_expected_error_is_one_line_and_says_whose_mistake_it_is_by_its_code(failing, capsys, kind, code):
    failing(kind("run.toml: sped: is not a valid key"))
    assert entry.main([]) == code
    captured = capsys.readouterr()
    assert captured.err == "error: run.toml: sped: is not a valid key\n"
    assert captured.out == ""


def test_an_unexpected_error_shows_no_traceback_but_how_to_get_it(failing, capsys):
    failing(ZeroDivisionError("division by zero"))
    assert entry.main([]) == 1
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    assert captured.err.startswith("error: ZeroDivisionError: division by zero\n")
    assert "--debug" in captured.err


@pytest.mark.parametrize("error", [ConfigError("wrong"), ZeroDivisionError("wrong")])
def test_debug_raises_the_error_itself(failing, monkeypatch, error):
    failing(error)
    with pytest.raises(type(error)):
        entry.main(["--debug"])
    monkeypatch.setenv("ARPIPE_DEBUG", "1")
    with pytest.raises(type(error)):
        entry.main([])
    monkeypatch.setenv("ARPIPE_DEBUG", "0")
    assert entry.main([]) in (1, 2)


def test_interrupts_give_130(failing):
    failing(KeyboardInterrupt())
    assert entry.main([]) == 130


def test_wrong_command_lines_give_2(capsys):
    for arguments in (["no-such-command"], ["version", "--no-such-flag"], ["effects", "show"]):
        assert entry.main(arguments) == 2
        assert "Traceback" not in capsys.readouterr().err


def test_debug_may_stand_anywhere(capsys):
    assert entry.main(["version", "--debug"]) == 0
    assert capsys.readouterr().out.startswith("arpipe ")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX pipes")
def test_a_reader_that_has_gone_is_no_news():
    program = "import sys; from arpipe.__main__ import main; sys.exit(main(['--help']))"
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    with process.stderr as stderr:
        assert stderr.read() == ""
    assert process.wait() in (0, 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupts_during_imports_are_no_import_errors(monkeypatch, capsys, number):
    """NumPy and others turn KeyboardInterrupt into an ImportError while they are imported."""

    def interrupted_import(**_):
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt as error:
            raise ImportError("numpy: cannot load its C extension") from error

    monkeypatch.setattr(cli, "app", interrupted_import)
    before = signal.getsignal(number)
    assert entry.main(["doctor"]) == 130
    assert capsys.readouterr() == ("", "interrupted; files that were not finished are discarded\n")
    assert signal.getsignal(number) is before


def test_an_interrupted_command_says_what_becomes_of_its_files(monkeypatch, capsys):
    """Typer turns KeyboardInterrupt into an exit code, without a word."""
    monkeypatch.setattr("arpipe.apps.weights.list_weights", lambda: os.kill(os.getpid(), signal.SIGINT))
    assert entry.main(["weights", "list"]) == 130
    assert capsys.readouterr() == ("", "interrupted; files that were not finished are discarded\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["version"], ["--help"]])
def test_a_full_disk_behind_standard_output_is_no_bug(arguments, unbuffered):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "arpipe", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert done.returncode == 1
    assert done.stderr == "error: standard output cannot be written (No space left on device)\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(("arguments", "code"), [(["version"], 0), (["no-such-command"], 2)])
def test_closed_standard_streams_are_no_bug(arguments, code):
    command = shlex.join([sys.executable, "-m", "arpipe", *arguments])
    done = subprocess.run(["sh", "-c", f"{command} >&-"], stderr=subprocess.PIPE, text=True)
    assert (done.returncode, "bug" in done.stderr) == (code, False)
    assert subprocess.run(["sh", "-c", f"{command} >&- 2>&-"]).returncode == code


def test_sigterm_before_a_command_begins_gives_130(monkeypatch):
    monkeypatch.setattr(cli, "app", lambda **_: os.kill(os.getpid(), signal.SIGTERM))
    assert entry.main(["doctor"]) == 130


PRINTING = """
import sys
from arpipe import __main__ as entry, cli
cli.app = lambda **_: print(sys.argv[1])
entry.command()
"""


@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii", "latin-1"])
def test_any_name_of_a_file_can_be_printed(encoding):
    done = subprocess.run(
        [sys.executable, "-c", PRINTING, "x\udcff\U0001f600"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"x\\udcff")


HANGING = """
import atexit, threading
import cv2, numpy as np
from arpipe import __main__ as entry, cli

def blur():
    picture = np.zeros((3000, 3000, 3), np.uint8)
    while True:
        begun.set()
        cv2.blur(picture, (5, 5))

def app(**_):
    threading.Thread(target=blur, daemon=True).start()
    begun.wait()
    atexit.register(print, "cleaned up")
    raise SystemExit(3)

begun = threading.Event()
cli.app = app
entry.command()
"""


def test_a_thread_in_native_code_does_not_abort_the_process():
    """As does one that waits for the driver of a camera."""
    done = subprocess.run([sys.executable, "-c", HANGING], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (3, "cleaned up\n", "")


ENDING = """
import atexit, gc
from arpipe import __main__ as entry, cli

def app(**_):
    raise SystemExit(3)

atexit.register(lambda: print(gc.get_freeze_count() > 10_000))  # runs last
cli.app = app
entry.command()
"""


def test_the_end_does_not_search_everything_imported_for_garbage():
    done = subprocess.run([sys.executable, "-c", ENDING], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (3, "True\n", "")


def test_handlers_of_an_embedding_program_stay(monkeypatch):
    seen = []
    previous = signal.signal(signal.SIGTERM, lambda *_: seen.append(1))
    try:
        monkeypatch.setattr(cli, "app", lambda **_: os.kill(os.getpid(), signal.SIGTERM))
        assert entry.main(["doctor"]) == 0
        assert seen == [1]
    finally:
        signal.signal(signal.SIGTERM, previous)
