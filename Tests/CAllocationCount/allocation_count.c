#include "allocation_count.h"

#if defined(__linux__)
#include <features.h>
#endif
#include <stddef.h>

static _Thread_local unsigned long count;

unsigned long allocation_count(void) { return count; }

#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
extern void *__libc_malloc(size_t);

// Stands before the C library's own for the whole test process; Swift takes all its objects from it.
void *malloc(size_t size) {
    count++;
    return __libc_malloc(size);
}
#endif
