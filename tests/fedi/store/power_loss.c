/* A disk that loses power. Preloaded (LD_PRELOAD) into a process under test.
 *
 * Writes to files under POWER_FOLDER go through, and are remembered until the file is synced. At
 * the POWER_AT-th write or sync the power goes: each file is put back as it was at its last sync,
 * then of the writes since, each sector of 512 bytes is kept or lost by a coin (POWER_SEED), files
 * whose name was never synced may be gone altogether, and the process is killed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 64
#define SECTOR 512

struct change { /* one write, or one truncation (fresh == NULL) */
    off_t at, size_before;
    size_t length, old_length;
    unsigned char *old, *fresh;
    struct change *before;
};

struct file {
    char path[512];
    dev_t device;
    ino_t inode;
    int named; /* its name is on the disk */
    struct change *last;
};

static struct file files[FILES];
static int known;
static long operations, at = -1;
static uint64_t seed;
static const char *folder;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_fsync)(int), (*real_fdatasync)(int), (*real_ftruncate)(int, off_t);
static int (*real_open)(const char *, int, ...);

__attribute__((constructor)) static void start(void) {
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_open = dlsym(RTLD_NEXT, "open64");
    folder = getenv("POWER_FOLDER");
    if (getenv("POWER_AT")) at = atol(getenv("POWER_AT"));
    if (getenv("POWER_SEED")) seed = strtoull(getenv("POWER_SEED"), NULL, 10) * 2 + 1;
}

static int coin(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 32) & 1;
}

static int ours(const char *path) {
    return folder && path && !strncmp(path, folder, strlen(folder)) && !strstr(path, "-shm");
}

static struct file *find(int fd) {
    struct stat s;
    if (fstat(fd, &s)) return NULL;
    for (int i = 0; i < known; i++)
        if (files[i].device == s.st_dev && files[i].inode == s.st_ino) return &files[i];
    return NULL;
}

static void lose(void) {
    for (int i = 0; i < known; i++) {
        struct file *file = &files[i];
        int fd = real_open(file->path, O_RDWR);
        if (fd < 0) continue;
        if (!file->named && coin()) {
            unlink(file->path);
            close(fd);
            continue;
        }
        struct change *next = NULL, *first = NULL;
        for (struct change *c = file->last; c; c = c->before) { /* back to the last sync */
            real_pwrite(fd, c->old, c->old_length, c->at);
            real_ftruncate(fd, c->size_before);
        }
        for (struct change *c = file->last; c; c = next) { /* turn the list round */
            next = c->before;
            c->before = first;
            first = c;
        }
        for (struct change *c = first; c; c = c->before) {
            if (!c->fresh) {
                if (coin()) real_ftruncate(fd, c->at);
                continue;
            }
            for (size_t done = 0; done < c->length;) {
                size_t part = SECTOR - (c->at + done) % SECTOR;
                if (part > c->length - done) part = c->length - done;
                if (coin()) real_pwrite(fd, c->fresh + done, part, c->at + done);
                done += part;
            }
        }
        close(fd);
    }
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void remember(int fd, struct file *file, const void *data, size_t length, off_t where) {
    struct stat s;
    struct change *c = calloc(1, sizeof *c);
    fstat(fd, &s);
    c->at = where;
    c->length = length;
    c->size_before = s.st_size;
    size_t span = data ? length : (s.st_size > where ? (size_t)(s.st_size - where) : 0);
    c->old = malloc(span + 1);
    ssize_t got = pread(fd, c->old, span, where);
    c->old_length = got > 0 ? (size_t)got : 0;
    if (data) {
        c->fresh = malloc(length + 1);
        memcpy(c->fresh, data, length);
    }
    c->before = file->last;
    file->last = c;
}

static void forget(struct file *file) {
    for (struct change *c = file->last, *before; c; c = before) {
        before = c->before;
        free(c->old);
        free(c->fresh);
        free(c);
    }
    file->last = NULL;
}

static void count(void) {
    if (at >= 0 && ++operations >= at) lose();
}

static int opened(const char *path, int flags, mode_t mode) {
    if (!ours(path)) return real_open(path, flags, mode);
    pthread_mutex_lock(&mutex);
    int new = access(path, F_OK) != 0;
    int fd = real_open(path, flags, mode);
    struct stat s;
    if (fd >= 0 && !fstat(fd, &s) && S_ISREG(s.st_mode) && !find(fd) && known < FILES) {
        struct file *file = &files[known++];
        strncpy(file->path, path, sizeof file->path - 1);
        file->device = s.st_dev;
        file->inode = s.st_ino;
        file->named = !new;
    }
    pthread_mutex_unlock(&mutex);
    return fd;
}

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    return opened(path, flags, mode);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t where) {
    pthread_mutex_lock(&mutex);
    struct file *file = known ? find(fd) : NULL;
    if (file) {
        remember(fd, file, data, length, where);
        count();
    }
    ssize_t done = real_pwrite(fd, data, length, where);
    pthread_mutex_unlock(&mutex);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t where) {
    return pwrite64(fd, data, length, where);
}

ssize_t write(int fd, const void *data, size_t length) {
    struct file *file = known ? find(fd) : NULL;
    if (!file) return real_write(fd, data, length);
    return pwrite64(fd, data, length, lseek(fd, length, SEEK_CUR) - (off_t)length);
}

int ftruncate64(int fd, off_t size) {
    pthread_mutex_lock(&mutex);
    struct file *file = known ? find(fd) : NULL;
    if (file) {
        remember(fd, file, NULL, 0, size);
        count();
    }
    int done = real_ftruncate(fd, size);
    pthread_mutex_unlock(&mutex);
    return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, int (*real)(int)) {
    pthread_mutex_lock(&mutex);
    struct stat s;
    struct file *file = known ? find(fd) : NULL;
    if (file) count(); /* the power may go before the sync is done */
    int done = real(fd);
    if (file && !done) forget(file);
    if (!done && known && !fstat(fd, &s) && S_ISDIR(s.st_mode))
        for (int i = 0; i < known; i++) files[i].named = 1;
    pthread_mutex_unlock(&mutex);
    return done;
}

int fsync(int fd) { return synced(fd, real_fsync); }
int fdatasync(int fd) { return synced(fd, real_fdatasync); }
