/* Saving messages at once, for tests. */
#ifndef TESTS_UNIT_SAVED_H
#define TESTS_UNIT_SAVED_H

#include "export/save.h"

/* 0, or -1 with *error, which the caller frees. */
static inline int save_at_once(const char *path, enum save_format format, bool overwrite,
                               const struct store *store, const uint32_t *ids, size_t n,
                               char **error)
{
    struct save *save = save_new(path, format, overwrite, store, error);
    enum save_state state = save ? SAVE_GOES_ON : SAVE_FAILED;
    for (size_t i = 0; save && i < n; i++)
        save_add(save, ids[i]);
    if (save)
        save_add_others(save, false);
    while (state == SAVE_GOES_ON)
        state = save_step(save, 7, error); /* a few, so that it is taken up again and again */
    save_free(save);
    return state == SAVE_DONE ? 0 : -1;
}

#endif
