// What the library was compiled from, see arpipe/native/build.py; the compiler's command line defines ARPIPE_DIGEST.
#include "export.h"

#define TEXT(word) #word
#define EXPANDED_TEXT(macro) TEXT(macro)

ARPIPE_EXPORT const char* arpipe_digest() { return EXPANDED_TEXT(ARPIPE_DIGEST); }
