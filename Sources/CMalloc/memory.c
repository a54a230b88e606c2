#include "CMalloc.h"

#if defined(__GLIBC__)
#include <malloc.h>

void cmalloc_trim(void) { malloc_trim(0); }
#else
void cmalloc_trim(void) {}
#endif
