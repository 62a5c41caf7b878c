// Marks the functions that Python calls.
#pragma once

#include <cstdint>  // also says which C library this is

#ifdef _WIN32
#define ARPIPE_EXPORT extern "C" __declspec(dllexport)
#else
#define ARPIPE_EXPORT extern "C" __attribute__((visibility("default")))
#endif

// Compiles a function, with all that it calls, for AVX2 as well, where the dynamic linker can choose between the two.
// Both compute the same numbers if the folder is compiled exactly, see arpipe/native/build.py.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define ARPIPE_MULTIVERSION __attribute__((flatten, target_clones("avx2", "default")))
#else
#define ARPIPE_MULTIVERSION
#endif
