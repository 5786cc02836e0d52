#include "commands/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/standard.h"
#include "public/status.h"

#define PATH_DEFAULT "/bin:/usr/bin"

/* What the child needs, made before the fork: it shares the parent's memory
 * and may allocate nothing. */
struct launch {
    const struct tl_exec *spawn;
    char **candidates; /* paths of the program, ended by NULL */
    pid_t parent;
    int report; /* where to tell what failed */
};

struct failure {
    enum tl_command_step step;
    int error;
};

/* ---- where the program may lie ---- */

static size_t count_folders(const char *path)
{
    size_t count = 1;
    for (; *path; path++)
        count += *path == ':';
    return count;
}

/* "FOLDER/program" at `to`; an empty folder is the current one.  Returns what
 * follows it. */
static char *join_path(char *to, const char *folder, size_t length,
                       const char *program)
{
    memcpy(to, folder, length);
    to += length;
    if (length)
        *to++ = '/';
    return stpcpy(to, program) + 1;
}

/* The list and its strings in one block, to be freed; NULL: no memory. */
static char **find_candidates(const char *program)
{
    const char *path = strchr(program, '/') ? "" : getenv("PATH");
    if (!path)
        path = PATH_DEFAULT;
    size_t count = count_folders(path), length = strlen(program);
    size_t texts = strlen(path) + count * (length + 2);
    char **candidates = malloc((count + 1) * sizeof *candidates + texts);
    if (!candidates)
        return NULL;
    char *text = (char *)(candidates + count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t folder = strcspn(path, ":");
        candidates[i] = text;
        text = join_path(text, path, folder, program);
        path += folder + 1;
    }
    candidates[count] = NULL;
    return candidates;
}

/* ---- the child ---- */

static void fail(const struct launch *launch, enum tl_command_step step)
{
    struct failure failure = {.step = step, .error = errno};
    ssize_t ignored = write(launch->report, &failure, sizeof failure);
    (void)ignored;
    _exit(127);
}

static void drop_handlers(void)
{
    for (int signal = 1; signal < NSIG; signal++) {
        struct sigaction action;
        if (sigaction(signal, NULL, &action) != 0 ||
            action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN)
            continue;
        action = (struct sigaction){.sa_handler = SIG_DFL};
        sigaction(signal, &action, NULL);
    }
}

/* By copies above all three, since one of the three may be the source of
 * another. */
static void place_descriptors(const struct launch *launch)
{
    int copies[3];
    for (int i = 0; i < 3; i++) {
        copies[i] = fcntl(launch->spawn->descriptors[i], F_DUPFD_CLOEXEC, 3);
        /* a descriptor that this process has closed is inherited closed */
        if (copies[i] < 0 && errno != EBADF)
            fail(launch, TL_COMMAND_PREPARE);
    }
    for (int i = 0; i < 3; i++) {
        if (copies[i] < 0)
            close(i);
        else if (dup2(copies[i], i) < 0)
            fail(launch, TL_COMMAND_PREPARE);
    }
    /* a file that a script opened by io.open has no close-on-exec flag; a
     * kernel before 5.11 lets it through */
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static void execute(const struct launch *launch)
{
    char *const *environment =
        launch->spawn->environment ? launch->spawn->environment : environ;
    bool denied = false;
    for (char **path = launch->candidates; *path; path++) {
        execve(*path, launch->spawn->arguments, environment);
        if (errno == ENOENT && faccessat(AT_FDCWD, *path, F_OK, 0) == 0) {
            errno = ENOENT;
            fail(launch, TL_COMMAND_INTERPRETER);
        }
        if (errno == EACCES)
            denied = true;
        else if (errno != ENOENT && errno != ENOTDIR)
            break;
    }
    /* a file that may not be executed says more than one that is missing */
    if (denied && (errno == ENOENT || errno == ENOTDIR))
        errno = EACCES;
    fail(launch, TL_COMMAND_PROGRAM);
}

__attribute__((noreturn)) static void become(const struct launch *launch)
{
    sigset_t none;
    sigemptyset(&none);
    drop_handlers();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != launch->parent)
        _exit(127); /* it died before we asked to be told */
    /* a group that is no more is no reason not to start */
    if (launch->spawn->joins)
        setpgid(0, launch->spawn->joins);
    /* here, so that it is done when the start returns */
    if (launch->spawn->group && setpgid(0, 0) != 0)
        fail(launch, TL_COMMAND_PREPARE);
    place_descriptors(launch);
    if (launch->spawn->folder && chdir(launch->spawn->folder) != 0)
        fail(launch, TL_COMMAND_FOLDER);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execute(launch);
    _exit(127);
}

/* ---- the parent ---- */

static pid_t launch_child(const struct launch *launch)
{
    sigset_t all, mask;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    /* Until its exec the child does nothing but system calls, and writes to no
     * memory but its stack and errno. */
    /* NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork) */
    pid_t pid = vfork();
    if (pid == 0)
        become(launch); /* NOLINT(clang-analyzer-unix.Vfork) */
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    errno = error;
    return pid;
}

/* True: the child has said what failed, and is gone. */
static bool has_failed(int report, pid_t pid, struct failure *failure)
{
    ssize_t got;
    do
        got = read(report, failure, sizeof *failure);
    while (got < 0 && errno == EINTR);
    if (got != sizeof *failure)
        return false;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return true;
}

static int start(struct launch *launch, pid_t *pid, struct failure *failure)
{
    int report[2];
    int status = TL_OK;
    /* above the three descriptors that the child replaces */
    if (tl_standard_pipe(report) != 0) {
        failure->error = errno;
        return TL_SYSTEM;
    }
    launch->report = report[1];
    *pid = launch_child(launch);
    if (*pid < 0) {
        failure->error = errno;
        status = TL_SYSTEM;
    }
    close(report[1]);
    if (status == TL_OK && has_failed(report[0], *pid, failure))
        status = TL_SYSTEM;
    close(report[0]);
    return status;
}

int tl_exec(const struct tl_exec *spawn, pid_t *pid, enum tl_command_step *step)
{
    struct launch launch = {.spawn = spawn, .parent = getpid()};
    struct failure failure = {.step = TL_COMMAND_PREPARE, .error = ENOMEM};
    int status = TL_SYSTEM;
    launch.candidates = find_candidates(spawn->arguments[0]);
    if (launch.candidates)
        status = start(&launch, pid, &failure);
    free(launch.candidates);
    *step = failure.step;
    errno = failure.error;
    return status;
}
