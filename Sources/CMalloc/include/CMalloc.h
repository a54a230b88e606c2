// Giving memory back to the kernel. Without a system header: one read under other feature macros than Swift's Glibc module
// would define the C library's types a second time, differently.
#pragma once

/// Gives the free pages of the heap back.
void cmalloc_trim(void);

/// Unmaps the program's clean pages: the next use maps them again from the page cache.
void cmalloc_release_text(void);
