// Marks the functions that Python calls.
#pragma once

#ifdef _WIN32
#define ARPIPE_EXPORT extern "C" __declspec(dllexport)
#else
#define ARPIPE_EXPORT extern "C" __attribute__((visibility("default")))
#endif
