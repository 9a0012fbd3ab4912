/* Preloaded into a process: lets the n-th call that writes to a file fail.

   Calls are counted from `arm` on; standard output and error are left alone. Reading is counted
   only where `reading` is set. `lasting` fails every later call as well: a disk that stays full. An error below 0 is a signal that ends
   the process before the call. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long calls, chosen;
static int code, lasting, reading, armed;

void arm(long number, int error, int for_good, int reads) {
    calls = 0, chosen = number, code = error, lasting = for_good, reading = reads, armed = 1;
}

long disarm(void) {
    armed = 0;
    return calls;
}

static int fails(int descriptor) {
    if (!armed || (descriptor >= 0 && descriptor <= 2)) return 0;
    long number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    if (!chosen || number < chosen || (number > chosen && !lasting)) return 0;
    if (code < 0) kill(getpid(), -code);
    errno = code;
    return 1;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define PASSED(result, name, descriptor, types, names) \
    result name types { REAL(name); return fails(descriptor) ? -1 : real names; }
#define READ(result, name, types, names) \
    result name types { REAL(name); return reading && fails(fd) ? -1 : real names; }
#define OPENED(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
        return (flags & (O_WRONLY | O_RDWR | O_CREAT)) && fails(-1) ? -1 : real(path, flags, mode); \
    }

PASSED(ssize_t, write, fd, (int fd, const void *data, size_t size), (fd, data, size))
PASSED(ssize_t, writev, fd, (int fd, const struct iovec *data, int count), (fd, data, count))
PASSED(ssize_t, pwrite, fd, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
PASSED(ssize_t, pwrite64, fd, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
PASSED(int, fsync, fd, (int fd), (fd))
PASSED(int, fdatasync, fd, (int fd), (fd))
PASSED(int, ftruncate, fd, (int fd, off_t size), (fd, size))
PASSED(int, ftruncate64, fd, (int fd, off64_t size), (fd, size))
PASSED(int, rename, -1, (const char *from, const char *to), (from, to))
PASSED(int, renameat, -1, (int a, const char *from, int b, const char *to), (a, from, b, to))
PASSED(int, unlink, -1, (const char *path), (path))
PASSED(int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
READ(ssize_t, read, (int fd, void *data, size_t size), (fd, data, size))
READ(ssize_t, pread, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
READ(ssize_t, pread64, (int fd, void *data, size_t size, off64_t at), (fd, data, size, at))
OPENED(open)
OPENED(open64)
