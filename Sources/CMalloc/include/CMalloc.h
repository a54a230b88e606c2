// A wrapper for glibc's malloc_trim(3). The header includes no system header: one that is read under other feature macros
// than Swift's Glibc module would define the C library's types a second time, differently.
#pragma once

/// Gives the free pages of the heap back to the kernel. Returns 1 if there were any, and otherwise 0. Does nothing under C libraries
/// other than glibc.
int cmalloc_trim(void);
