#include "explore/host/input.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "explore/host/interrupt.h"
#include "tidelock.h"

#define MOST (64 << 20)
#define PATIENCE 1 /* seconds */

static void tell(int signal)
{
    static const char text[] =
        "tidelock: waits for the end of the standard input, which each "
        "schedule is to read; give it </dev/null if the script reads none\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)signal;
    (void)ignored;
}

static ssize_t read_some(void *block, size_t size)
{
    ssize_t got;
    do
        got = read(STDIN_FILENO, block, size);
    while (got < 0 && errno == EINTR && !host_interrupt_came());
    return got;
}

static int copy_to(int fd)
{
    static char block[1 << 16];
    size_t all = 0;
    ssize_t got;
    while ((got = read_some(block, sizeof block)) > 0) {
        all += (size_t)got;
        if (all > MOST)
            errno = EFBIG;
        if (all > MOST || write(fd, block, (size_t)got) != got)
            return -1;
    }
    return 0;
}

int host_input_read(void)
{
    if (isatty(STDIN_FILENO) || fcntl(STDIN_FILENO, F_GETFD) < 0)
        return tl_standard_avoid(open("/dev/null", O_RDONLY | O_CLOEXEC));
    int fd = tl_standard_avoid(memfd_create("tidelock input", MFD_CLOEXEC));
    if (fd < 0)
        return fd;
    void (*given)(int) = signal(SIGALRM, tell);
    alarm(PATIENCE);
    int status = copy_to(fd), error = errno;
    alarm(0);
    signal(SIGALRM, given);
    if (status == 0)
        return fd;
    close(fd);
    errno = error;
    return -1;
}
