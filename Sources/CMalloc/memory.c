#define _GNU_SOURCE
#include "CMalloc.h"

#include <stdint.h>
#include <stdlib.h>

#if defined(__GLIBC__)
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

void cmalloc_trim(void) { malloc_trim(0); }

/// The read-only segments of one loaded object.
static int release_segments(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size, (void)unused;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        const uintptr_t start = (info->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        const uintptr_t end = info->dlpi_addr + segment->p_vaddr + segment->p_memsz;
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void cmalloc_release_text(void) { dl_iterate_phdr(release_segments, NULL); }
#else
void cmalloc_trim(void) {}
void cmalloc_release_text(void) {}
#endif
