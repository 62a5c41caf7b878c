#!/bin/sh
# Installs what pip cannot: the OpenGL libraries that arpipe renders with, and Python's `venv` where a distribution
# packages it separately. Does nothing if they are present, and prints the command where it is not allowed to install.
# usage: system.sh PYTHON
set -eu
python=$1
[ "$(uname -s)" = Linux ] || exit 0

loads() { "$python" -c "import ctypes; ctypes.CDLL('$1')" 2>/dev/null; }

packages=""
loads libEGL.so.1 || packages="$packages libegl1"
loads libGL.so.1 || packages="$packages libgl1"
loads libgthread-2.0.so.0 || packages="$packages libglib2.0-0" # opencv-python links it
"$python" -c "import ensurepip, venv" 2>/dev/null || packages="$packages python3-venv"
[ -n "$packages" ] || exit 0

install="apt-get install -y --no-install-recommends$packages"
if ! command -v apt-get >/dev/null; then
    echo "System libraries are missing. On Debian and Ubuntu, these packages provide them:$packages" >&2
    echo "Install their equivalents with your package manager; arpipe cannot render without them." >&2
elif [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q && $install
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo apt-get update -q && sudo DEBIAN_FRONTEND=noninteractive $install
else
    echo "System libraries are missing, and installing them requires root. Run:" >&2
    echo "    sudo apt-get update && sudo $install" >&2
fi
