"""`arpipe` and `python -m arpipe`: run a command and turn an error into a message and an exit code.

Exit codes: 0 success, 1 a reported error, 2 a wrong command line or configuration, 130 interrupted.
"""

import atexit
import errno
import gc
import io
import os
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn, TextIO

from arpipe.apps.signals import noted_interruption
from arpipe.apps.wording import visible_lines
from arpipe.errors import ArpipeError, ConfigError, OutputError

DEBUG_FLAG = "--debug"
DEBUG_VARIABLE = "ARPIPE_DEBUG"
FAILED, USAGE = 1, 2
INTERRUPTED = 130  # as shells report Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; None for that of the process.

    Returns:
        The exit code. With `--debug` or ARPIPE_DEBUG=1 errors are raised instead, with their traceback.
    """
    if arguments is None:
        _limit_threads()
        arguments = sys.argv[1:]
    debug = DEBUG_FLAG in arguments or os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")
    with noted_interruption() as interruption:
        try:
            return _run([argument for argument in arguments if argument != DEBUG_FLAG])
        except KeyboardInterrupt:
            return _interrupted()
        except Exception as error:  # the last resort; --debug shows the traceback
            if interruption.is_requested and not isinstance(error, ArpipeError):
                return _interrupted()
            if debug:
                raise
            _report(_message(error))
            return _exit_code(error)


def command() -> NoReturn:
    """Run the command line of this process, and end the process with its exit code.

    A camera whose driver hangs keeps a thread in native code. Before Python 3.14, the process aborts when such a thread
    returns to an interpreter that is ending; with such threads, the process therefore ends before the interpreter does.
    Otherwise the interpreter ends without looking for cyclic garbage among everything that was ever imported.
    """
    code = FAILED

    def end() -> None:
        if any(thread.daemon for thread in threading.enumerate()):
            _drop_output()
            os._exit(code)
        gc.freeze()

    atexit.register(end)  # before all others, so that it runs after them
    _print_any_text()
    code = main()
    sys.exit(code)


def _print_any_text() -> None:
    """Print characters that the encoding of a stream lacks as escapes: names of files may have any, and any bytes."""
    for stream in _open_streams():
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _limit_threads() -> None:
    """Let NumPy start no threads in a process that belongs to arpipe alone.

    No array here is large enough for them, and starting them takes a third of NumPy's import time.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _exit_code(error: Exception) -> int:
    """Return `USAGE` if the command line or the configuration is wrong, or names something that does not exist."""
    is_missing = isinstance(error, ArpipeError) and isinstance(error, FileNotFoundError)
    return USAGE if is_missing or isinstance(error, ConfigError) else FAILED


def _message(error: Exception) -> str:
    if isinstance(error, ArpipeError):
        return str(error)
    return f"{type(error).__name__}: {error}\nThis is a bug in arpipe; add --debug to see the traceback."


def _run(arguments: Sequence[str]) -> int:
    """Run a command line, write what it has printed, and return its exit code; errors are raised."""
    try:
        code = _command(arguments)
        if sys.stdout is not None:  # closed by whoever started this process
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return FAILED
    except OSError as error:
        if isinstance(error, ArpipeError) or not _is_about_output(error):
            raise
        _drop_output()
        raise OutputError(f"standard output cannot be written ({error.strerror})") from error
    return code


def _command(arguments: Sequence[str]) -> int:
    try:
        from arpipe.cli import app

        app(args=arguments, prog_name="arpipe")
    except SystemExit as leaving:
        if _was_interrupted(leaving):
            raise KeyboardInterrupt from leaving
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    return 0


def _was_interrupted(leaving: SystemExit) -> bool:
    """Whether typer leaves because of a KeyboardInterrupt, and not because a command returned that exit code."""
    exit_ = leaving.__context__
    return exit_ is not None and isinstance(exit_.__cause__, KeyboardInterrupt)


def _is_about_output(error: OSError) -> bool:
    """Whether the standard output cannot be written; files have errors of arpipe, and other ones name the file."""
    return error.filename is None and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def _interrupted() -> int:
    """Say that the command was ended from outside, and return its exit code."""
    _say("interrupted; files that were not finished are discarded")
    return INTERRUPTED


def _report(message: str) -> None:
    _say(visible_lines(f"error: {message}"))


def _say(line: str) -> None:
    try:
        if sys.stderr is not None:
            sys.stderr.write(f"{line}\n")
    except BrokenPipeError:
        _drop_output()


def _drop_output() -> None:
    """Discard unflushed output: its reader is gone."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path
        for stream in _open_streams():
            try:
                stream.flush()
            except OSError:
                os.dup2(nowhere.fileno(), stream.fileno())


def _open_streams() -> list[TextIO]:
    """Return the standard output and error of this process; whoever started it may have closed them."""
    return [stream for stream in (sys.stdout, sys.stderr) if stream is not None]


if __name__ == "__main__":
    command()
