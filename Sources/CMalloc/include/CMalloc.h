// A wrapper for glibc's malloc_trim(3). The header includes no system header: one that is read under other feature macros
// than Swift's Glibc module would define the C library's types a second time, differently.
#pragma once

/// Returns the free pages of the heap to the kernel. Does nothing under C libraries other than glibc.
void cmalloc_trim(void);
