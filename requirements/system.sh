#!/bin/sh
# Installs what pip cannot. Does nothing if it is present, and prints the command where it is not allowed to install.
# usage: system.sh venv PYTHON      Python's `venv`, where a distribution packages it separately
#        system.sh opengl PYTHON    the OpenGL libraries, for what the CPU renderer does not draw
set -eu
need=$1 python=$2
[ "$(uname -s)" = Linux ] || exit 0

loads() { "$python" -c "import ctypes; ctypes.CDLL('$1')" 2>/dev/null; }

packages=""
case $need in
venv)
    "$python" -c "import ensurepip, venv" 2>/dev/null || packages=" python3-venv"
    loss="make cannot create an environment"
    ;;
opengl)
    loads libEGL.so.1 || packages=" libegl1"
    loads libGL.so.1 || packages="$packages libgl1"
    loss="arpipe opens no window, and draws only what its CPU renderer can (docs/shading.md)"
    ;;
esac
[ -n "$packages" ] || exit 0

install="apt-get install -y --no-install-recommends$packages"
if ! command -v apt-get >/dev/null; then
    echo "System packages are missing, and without them $loss." >&2
    echo "Install the equivalents of Debian's$packages with your package manager." >&2
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    apt-get update -q && DEBIAN_FRONTEND=noninteractive $install && exit 0
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo apt-get update -q && sudo DEBIAN_FRONTEND=noninteractive $install && exit 0
fi
echo "System packages could not be installed, and without them $loss. Run:" >&2
echo "    sudo apt-get update && sudo $install" >&2
