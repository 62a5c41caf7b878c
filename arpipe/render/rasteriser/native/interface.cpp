// Version of the structures and functions, as in arpipe/render/rasteriser/library.py.
#include "canvas.h"

ARPIPE_EXPORT int arpipe_interface() { return 5; }
