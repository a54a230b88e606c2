#include "CMalloc.h"

// glibc is recognised by a macro of its own, which any of its headers defines.
#include <stdlib.h>

#if defined(__GLIBC__)
#include <malloc.h>

int cmalloc_trim(void) { return malloc_trim(0); }
#else
int cmalloc_trim(void) { return 0; }
#endif
