"""`arpipe` and `python -m arpipe`: runs a command and turns what goes wrong into one line and an exit code.

Exit codes: 0 done, 1 an error that was told, 2 the command line is wrong, 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence

from arpipe.errors import ArpipeError

DEBUG_FLAG = "--debug"
DEBUG_VARIABLE = "ARPIPE_DEBUG"
INTERRUPTED = 130  # what shells report after Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, the process's own by default.

    Returns:
        The exit code. With `--debug` or ARPIPE_DEBUG=1 errors are raised instead, so Python shows where.
    """
    if arguments is None:
        # Nothing here is large enough for NumPy's threads, and starting them costs a third of its import.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    given = sys.argv[1:] if arguments is None else list(arguments)
    debug = DEBUG_FLAG in given or os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")
    try:
        from arpipe.cli import app

        app(args=[argument for argument in given if argument != DEBUG_FLAG], prog_name="arpipe")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return 1
    except ArpipeError as error:
        if debug:
            raise
        _tell(str(error))
        return 1
    except Exception as error:  # the last resort; --debug shows it whole
        if debug:
            raise
        _tell(f"{type(error).__name__}: {error}\nThis should not happen. Add --debug to see where it did.")
        return 1
    return 0


def _tell(message: str) -> None:
    try:
        sys.stderr.write(f"error: {message}\n")
    except BrokenPipeError:
        _drop_output()


def _drop_output() -> None:
    """Send what is still to be flushed nowhere: the reader of our output has gone."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                os.dup2(nowhere.fileno(), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
