/* See file.h. */
#include "export/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/tr.h"

#define PUSH_BYTES (4L << 20)

static int __attribute__((format(printf, 2, 3))) fail(char **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *error = mem_format_args(format, args);
    va_end(args);
    return -1;
}

static int check_target(const char *path, bool overwrite, char **error)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return 0;
    if (!S_ISREG(st.st_mode))
        return fail(error, _("%s: is no regular file; name a file to write"), path);
    if (!overwrite)
        return fail(
            error, _("%s: exists already; choose another name, or overwrite it with :save!"), path);
    return 0;
}

/* A new file beside the target, which then has the rights that the user's umask gives. */
static int open_part(struct export_file *f)
{
    for (int i = 0; i < 100; i++) {
        f->part = mem_format("%s.%ld-%d.part", f->path, (long)getpid(), i);
        int fd = open(f->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        f->file = fd >= 0 ? fdopen(fd, "wb") : NULL;
        if (f->file)
            return 0;
        int number = errno;
        if (fd >= 0) {
            close(fd);
            unlink(f->part);
        }
        free(f->part);
        f->part = NULL;
        errno = number;
        if (number != EEXIST)
            break;
    }
    return -1;
}

int export_file_open(struct export_file *f, const char *path, bool overwrite, char **error)
{
    *f = (struct export_file){ .overwrite = overwrite };
    *error = NULL;
    if (check_target(path, overwrite, error) < 0)
        return -1;
    f->path = mem_text(path);
    if (open_part(f) == 0)
        return 0;
    fail(error,
         _("%s: cannot create the file: %s; choose a folder that exists and that you may write to"),
         path, strerror(errno));
    export_file_drop(f);
    return -1;
}

/*
 * Gives the finished file its name. link() refuses an existing target, rename() replaces it;
 * file systems without hard links know the rename that does not replace.
 */
static int put_in_place(const struct export_file *f)
{
    if (f->overwrite)
        return rename(f->part, f->path);
    if (link(f->part, f->path) == 0)
        return unlink(f->part);
    if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS)
        return renameat2(AT_FDCWD, f->part, AT_FDCWD, f->path, RENAME_NOREPLACE);
    return -1;
}

void export_file_push(struct export_file *f)
{
    long written = ftell(f->file);
    if (written < f->pushed + PUSH_BYTES || fflush(f->file) != 0)
        return;
    sync_file_range(fileno(f->file), f->pushed, written - f->pushed, SYNC_FILE_RANGE_WRITE);
    f->pushed = written;
}

int export_file_finish(struct export_file *f, char **error)
{
    int result = -1;
    errno = 0;
    bool good = fflush(f->file) == 0 && !ferror(f->file) && fsync(fileno(f->file)) == 0;
    int number = f->trouble ? f->trouble : errno ? errno : EIO;
    if (fclose(f->file) != 0 && good) {
        number = errno;
        good = false;
    }
    f->file = NULL;
    if (!good)
        fail(error, _("%s: cannot write: %s; nothing was kept: make room or choose another place"),
             f->path, strerror(number));
    else if (put_in_place(f) < 0)
        fail(error, _("%s: cannot put the file in its place: %s; choose another name"), f->path,
             strerror(errno));
    else
        result = 0;
    if (result == 0) {
        free(f->part);
        f->part = NULL;
    }
    export_file_drop(f);
    return result;
}

void export_file_drop(struct export_file *f)
{
    if (f->file)
        fclose(f->file);
    if (f->part)
        unlink(f->part);
    free(f->part);
    free(f->path);
    *f = (struct export_file){ 0 };
}
