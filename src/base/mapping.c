/*
 * See mapping.h. A page behind the end of a shortened file raises SIGBUS; the
 * handler puts an empty page there. Registered mappings are only changed with
 * the signal blocked, so the handler always sees a whole list.
 */
#include "base/mapping.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct mapping *mappings;

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    const uint8_t *at = info->si_addr;
    (void)number;
    (void)context;
    for (struct mapping *m = mappings; m; m = m->next) {
        if (at < m->data || at >= m->data + m->size)
            continue;
        uintptr_t page = (uintptr_t)at & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
        size_t rest = (size_t)((uintptr_t)m->data + m->size - page);
        m->cut = true;
        if (mmap((void *)page, rest, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
            MAP_FAILED)
            return;
    }
    /* Not ours. abort() runs the handler that gives the terminal back. */
    abort();
}

static void install(void)
{
    static bool installed;
    struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_NODEFER };
    if (installed)
        return;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
    installed = true;
}

static void link_mapping(struct mapping *mapping, bool add)
{
    sigset_t bus, old;
    sigemptyset(&bus);
    sigaddset(&bus, SIGBUS);
    pthread_sigmask(SIG_BLOCK, &bus, &old);
    if (add) {
        mapping->next = mappings;
        mappings = mapping;
    } else {
        struct mapping **m = &mappings;
        while (*m && *m != mapping)
            m = &(*m)->next;
        if (*m)
            *m = mapping->next;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

int mapping_open(struct mapping *mapping, int fd, size_t size)
{
    void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return -1;
    madvise(data, size, MADV_SEQUENTIAL);
    *mapping = (struct mapping){ .data = data, .size = size };
    install();
    link_mapping(mapping, true);
    return 0;
}

#define AHEAD 1048576u /* at once: bounded, since the disk may be slow */

void mapping_read_ahead(struct mapping *mapping, size_t position)
{
#ifdef MADV_POPULATE_READ
    if (position < mapping->ready || mapping->ready >= mapping->size)
        return;
    size_t n = mapping->size - mapping->ready < AHEAD ? mapping->size - mapping->ready : AHEAD;
    /* cheaper than a fault for every few pages; older kernels and cut files refuse */
    madvise((void *)(mapping->data + mapping->ready), n, MADV_POPULATE_READ);
    mapping->ready += AHEAD;
#else
    (void)mapping, (void)position;
#endif
}

void mapping_close(struct mapping *mapping)
{
    link_mapping(mapping, false);
    munmap((void *)mapping->data, mapping->size);
}
