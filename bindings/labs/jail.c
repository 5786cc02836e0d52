#include "labs/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tidelock.h"

#define ROOT "/tmp" /* where the new root is made */
#ifndef __has_feature /* gcc up to 13 */
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define SHADOWED 1 /* its shadow memory is larger than any limit */
#else
#define SHADOWED 0
#endif
#define FIRST_USER 60600
#define MOST_SOURCES 32
#define ATTRIBUTES 7 /* MOUNT_ATTR_RDONLY, _NOSUID, _NODEV */
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#define SPACES                                                                 \
    (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

/* What the program needs to be run anew, as far as it is there. */
static const char *const of_system[] = {"/usr/lib",
                                        "/usr/lib64",
                                        "/usr/libexec",
                                        "/lib",
                                        "/lib64",
                                        "/etc/ld.so.cache",
                                        "/dev/null",
                                        "/dev/zero",
                                        "/dev/urandom",
                                        "/sys/devices/system/cpu",
                                        NULL};

/* ---- namespaces ---- */

static bool write_file(const char *path, const char *text)
{
    int fd = tl_standard_avoid(open(path, O_WRONLY | O_CLOEXEC));
    bool well =
        fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return well;
}

/* The user is the same inside, with all privileges there. */
static bool open_user_space(void)
{
    char users[60], groups[60];
    snprintf(users, sizeof users, "%d %d 1", (int)geteuid(), (int)geteuid());
    snprintf(groups, sizeof groups, "%d %d 1", (int)getegid(), (int)getegid());
    return unshare(CLONE_NEWUSER | SPACES) == 0 &&
           write_file("/proc/self/setgroups", "deny") &&
           write_file("/proc/self/uid_map", users) &&
           write_file("/proc/self/gid_map", groups);
}

bool jail_open(enum jail_kind kind)
{
    if (kind == JAIL_WHOLE)
        return geteuid() == 0 ? unshare(SPACES) == 0 : open_user_space();
    return kind == JAIL_NONE || geteuid() == 0;
}

/* ---- the new root ---- */

struct source {
    const char *path;
    int fd;
    bool is_folder;
};

/* The sources are held before something is mounted over them. */
static int hold(struct source *sources, int count, const char *const *paths)
{
    for (; *paths && count < MOST_SOURCES; paths++) {
        struct stat status;
        int fd = tl_standard_avoid(open(*paths, O_PATH | O_CLOEXEC));
        if (fd < 0 || fstat(fd, &status) < 0)
            continue;
        sources[count++] = (struct source){*paths, fd, S_ISDIR(status.st_mode)};
    }
    return count;
}

static void make_folders(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
}

/* With what is mounted below it. */
static bool make_read_only(const char *target)
{
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID;
#ifdef SYS_mount_setattr
    uint64_t wanted[4] = {ATTRIBUTES}; /* to set; of struct mount_attr */
    if (syscall(SYS_mount_setattr, AT_FDCWD, target, AT_RECURSIVE, wanted,
                sizeof wanted) == 0)
        return true;
#endif
    /* an older kernel: what is mounted below stays as it is */
    return mount(NULL, target, NULL, flags | MS_NODEV, NULL) == 0 ||
           mount(NULL, target, NULL, flags, NULL) == 0;
}

static bool show(const struct source *source)
{
    char target[PATH_MAX], held[60];
    snprintf(target, sizeof target, ROOT "/root%s", source->path);
    snprintf(held, sizeof held, "/proc/self/fd/%d", source->fd);
    make_folders(target);
    if (source->is_folder)
        mkdir(target, 0755);
    else
        close(tl_standard_avoid(
            open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0644)));
    if (mount(held, target, NULL, MS_BIND | MS_REC, NULL) != 0)
        return false;
    return strncmp(source->path, "/dev/", 5) == 0 || make_read_only(target);
}

/* A folder for all; a source may lie in it. */
static bool make_open(const char *path)
{
    return (mkdir(path, 01777) == 0 || errno == EEXIST) &&
           chmod(path, 01777) == 0;
}

/* What is written lies in the memory's file system. */
static bool make_own(void)
{
    return mkdir(ROOT "/root/proc", 0555) == 0 &&
           mount("proc", ROOT "/root/proc", "proc",
                 MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0 &&
           make_open(ROOT "/root/tmp") && make_open(ROOT "/root/dev/shm");
}

static bool change_root(void)
{
    return chdir(ROOT "/root") == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
           umount2(".", MNT_DETACH) == 0 && chdir("/tmp") == 0;
}

static bool make_root(const struct jail *jail, const char **step)
{
    struct source sources[MOST_SOURCES];
    int count = hold(sources, 0, of_system);
    count = hold(sources, count, jail->folders);
    *step = "mount";
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", ROOT, "tmpfs", MS_NOSUID | MS_NODEV,
              "size=64m,mode=755") != 0 ||
        mkdir(ROOT "/root", 0755) != 0 ||
        mount(ROOT "/root", ROOT "/root", NULL, MS_BIND, NULL) != 0)
        return false;
    for (int i = 0; i < count; i++) {
        *step = sources[i].path;
        if (!show(&sources[i]))
            return false;
        close(sources[i].fd);
    }
    *step = "/proc and /tmp";
    if (!make_own())
        return false;
    *step = "pivot_root";
    return change_root();
}

/* ---- privileges and resources ---- */

static bool become_user(uid_t user)
{
    return setgroups(0, NULL) == 0 && setgid(user) == 0 && setuid(user) == 0;
}

static bool drop_privileges(const struct jail *jail, enum jail_kind kind)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};
    /* root of a user namespace may have no other user there: in spaces of its
     * own that one, without privileges, is as good */
    if (kind != JAIL_NONE && geteuid() == 0 &&
        !become_user(FIRST_USER + (uid_t)jail->number) && kind != JAIL_WHOLE)
        return false;
    /* what is started in there is of the same user, and is not to look into
     * this process */
    return prctl(PR_SET_DUMPABLE, 0) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_capset, &head, none) == 0;
}

static bool limit(int resource, double most)
{
    struct rlimit now;
    if (getrlimit(resource, &now) != 0)
        return false;
    rlim_t value = (rlim_t)most;
    if (now.rlim_max == RLIM_INFINITY || value < now.rlim_max)
        now.rlim_max = value;
    now.rlim_cur = now.rlim_max;
    return setrlimit(resource, &now) == 0;
}

bool jail_close(const struct jail *jail, enum jail_kind kind, const char **step)
{
    if (kind == JAIL_WHOLE && !make_root(jail, step))
        return false;
    *step = "limits";
    if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_CPU, jail->cpu) ||
        (!SHADOWED && !limit(RLIMIT_DATA, jail->memory)) ||
        (kind != JAIL_NONE && !limit(RLIMIT_NPROC, jail->processes)))
        return false;
    *step = "privileges";
    return drop_privileges(jail, kind);
}
