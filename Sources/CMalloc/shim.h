// glibc's call to hand free heap pages back to the kernel; Swift's Glibc module leaves malloc.h out.
#pragma once
#include <stdlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
static inline void cmalloc_trim(void) { malloc_trim(0); }
#else
static inline void cmalloc_trim(void) {}
#endif
