"""Runs an unchanged program with the drop-in in place of `mediapipe`: `python -m arpipe.mediapipe script.py`."""

import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from arpipe.mediapipe.hook import install

USAGE = """\
usage: python -m arpipe.mediapipe SCRIPT [ARGUMENT ...]
       python -m arpipe.mediapipe -m MODULE [ARGUMENT ...]

Run a Python program in which `import mediapipe` gives arpipe's drop-in. Processes that the program starts are not
affected.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the program that the arguments name; return the exit code of a wrong command line."""
    match list(arguments):
        case ["-m", module, *rest]:
            install()
            sys.argv = [module, *rest]
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case [script, *rest] if not script.startswith("-"):
            if not Path(script).exists():
                sys.stderr.write(f"{script} does not exist\n\n{USAGE}")
                return 2
            install()
            sys.argv = [script, *rest]
            sys.path.insert(0, str(Path(script).resolve().parent))
            runpy.run_path(script, run_name="__main__")
        case ["-h" | "--help"]:
            sys.stdout.write(USAGE)
        case _:
            sys.stderr.write(USAGE)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
