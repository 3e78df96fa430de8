/* A disk that fails: of the calls that write below one folder, the one that is asked for, and on request all after it.
 * Built and preloaded by faults.py; see ld.so(8), LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char folder[PATH_MAX];
static long calls, failing, sticky;
static int error;

/* Fail the call of this number, from 1; 0 fails none. Counts anew. */
void disk_arm(const char *below, long number, int with, int on) {
    strncpy(folder, below, sizeof folder - 1);
    failing = number, error = with, sticky = on;
    __atomic_store_n(&calls, 0, __ATOMIC_SEQ_CST);
}

long disk_calls(void) { return calls; }

static int refuses(const char *path) {
    if (!*folder || strncmp(path, folder, strlen(folder))) return 0;
    long number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    if (!failing || (sticky ? number < failing : number != failing)) return 0;
    errno = error;
    return 1;
}

static int refuses_fd(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return refuses(path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define OF_FD(type, name, takes, gives) \
    type name takes { return refuses_fd(fd) ? -1 : NEXT(name) gives; }
#define OF_PATH(name, takes, gives) \
    int name takes { return refuses(path) ? -1 : NEXT(name) gives; }
#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
        return (flags & O_CREAT) && access(path, F_OK) && refuses(path) ? -1 : NEXT(name)(path, flags, mode); \
    }

OF_FD(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
OF_FD(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
OF_FD(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
OF_FD(int, fsync, (int fd), (fd))
OF_FD(int, fdatasync, (int fd), (fd))
OF_FD(int, ftruncate, (int fd, off_t size), (fd, size))
OF_FD(int, ftruncate64, (int fd, off64_t size), (fd, size))
OF_PATH(rename, (const char *path, const char *to), (path, to))
OF_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
OPENS(open)
OPENS(open64)
