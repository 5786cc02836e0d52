/*
 * Damage test: damages the file of a space at random, a word or a few at a
 * time, and has a program open it and use all that it finds.  The program must
 * not crash nor hang; and where it is told that the space is damaged, nothing
 * may have been written to that.
 *
 *   damage_test [HOW OFTEN [SEED]]      (make damage: 100,000 times)
 */
#include "damage.h"

#include <time.h>

enum { OFTEN = 600, PATIENCE = 30 /* seconds, for a try */ };

static uint64_t state;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t draw(uint64_t below)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return below ? (z ^ z >> 31) % below : 0;
}

static uint64_t other_word(const struct damage_file *file, uint64_t old)
{
    switch (draw(7)) {
    case 0:
        return old ^ UINT64_C(1) << draw(64);
    case 1:
        return old + draw(129) - 64;
    case 2:
        return draw(file->used) & ~UINT64_C(63);
    case 3:
        return draw(2) ? UINT64_MAX : 0;
    case 4:
        return draw(UINT64_MAX);
    case 5: /* a word from elsewhere in the file */
        return ((uint64_t *)(void *)
                    file->bytes)[file->filled[draw(file->filled_count)]];
    default:
        return (old & ~(UINT64_C(0xff) << 8 * draw(8))) | draw(256)
                                                              << 8 * draw(8);
    }
}

struct change {
    size_t at;
    uint64_t old;
};

static int spoil(struct damage_file *file, struct change changes[4])
{
    uint64_t *words = (uint64_t *)(void *)file->bytes;
    int count = 1 + (int)draw(2) * (int)draw(4);
    for (int i = 0; i < count; i++) {
        size_t at = draw(4) ? file->filled[draw(file->filled_count)]
                            : draw(file->used / 8);
        changes[i] = (struct change){at, words[at]};
        words[at] = other_word(file, words[at]);
    }
    return count;
}

static void restore(struct damage_file *file, const struct change *changes,
                    int count)
{
    while (count-- > 0)
        ((uint64_t *)(void *)file->bytes)[changes[count].at] =
            changes[count].old;
}

enum { OPENED, REFUSED, FAILED };

/* Opens the file and uses it, in a process of its own. */
static int open_and_use(void)
{
    alarm(PATIENCE);
    int space = tl_space_open(damage_name);
    if (space < 0)
        return REFUSED;
    damage_use((unsigned)space);
    return OPENED;
}

static int try(const struct damage_file *file)
{
    damage_write(file);
    pid_t pid = fork();
    if (pid == 0)
        _exit(tl_init() < 0 ? FAILED : open_and_use());
    int status;
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status)) {
        printf("not ok - ended by signal %d\n", WTERMSIG(status));
        return FAILED;
    }
    if (WEXITSTATUS(status) == REFUSED && !damage_is_untouched(file)) {
        printf("not ok - told as damaged, and written to\n");
        return FAILED;
    }
    return WEXITSTATUS(status);
}

static void keep(const struct change *changes, int count,
                 const struct damage_file *file, uint64_t seed)
{
    for (int i = 0; i < count; i++)
        printf("# seed %llu: at %#zx %#llx became %#llx\n",
               (unsigned long long)seed, changes[i].at * 8,
               (unsigned long long)changes[i].old,
               (unsigned long long)((uint64_t *)(void *)
                                        file->bytes)[changes[i].at]);
    fflush(stdout);
}

static bool storm(struct damage_file *file, const char *what, int often,
                  uint64_t seed)
{
    int ends[3] = {0};
    for (int n = 0; n < often; n++) {
        struct change changes[4] = {{0}};
        state = seed + (uint64_t)n;
        int count = spoil(file, changes);
        int end = try(file);
        ends[end > FAILED ? FAILED : end]++;
        if (end >= FAILED)
            keep(changes, count, file, seed + (uint64_t)n);
        restore(file, changes, count);
    }
    unlink(damage_path);
    printf("%s - %d changes to the file of %s: %d opened, %d refused, %d "
           "failed\n",
           ends[FAILED] ? "not ok" : "ok", often, what, ends[OPENED],
           ends[REFUSED], ends[FAILED]);
    return ends[FAILED] == 0;
}

/* Whether the file, undamaged, opens. */
static bool opens(const struct damage_file *file, const char *what)
{
    bool well = try(file) == OPENED;
    printf("%s - the file of %s opens\n", well ? "ok" : "not ok", what);
    unlink(damage_path);
    return well;
}

/* Kills programs that use the space, anywhere and all at once: the next program
 * must find a space that it can use. */
static bool opens_after_kills(const struct damage_file *file, int often)
{
    damage_write(file);
    for (int n = 0; n < often; n++) {
        pid_t pids[3];
        for (int i = 0; i < 3; i++) {
            pids[i] = fork();
            if (pids[i] > 0)
                continue;
            int space = tl_init() < 0 ? -1 : tl_space_open(damage_name);
            if (space < 0)
                _exit(REFUSED);
            damage_work((unsigned)space);
        }
        usleep(3000 + (useconds_t)draw(20000));
        bool well = true;
        for (int i = 0; i < 3; i++) {
            int status;
            kill(pids[i], SIGKILL);
            waitpid(pids[i], &status, 0);
            well &= WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        }
        if (!well) {
            printf("not ok - after %d kills the space is refused\n", n);
            return false;
        }
    }
    unlink(damage_path);
    printf("ok - a space opens after each of %d kills of all its programs\n",
           often);
    return true;
}

int main(int argc, char **argv)
{
    int often = argc > 1 ? atoi(argv[1]) : OFTEN;
    uint64_t seed =
        argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL) << 20;
    struct damage_file quiet = damage_make(false), killed = damage_make(true);
    bool well = opens(&quiet, "a program that ended");
    well &= opens(&killed, "a program that was killed");
    state = seed;
    well &= opens_after_kills(&quiet, often / 6);
    well &= storm(&quiet, "a program that ended", often / 2, seed);
    well &= storm(&killed, "a program that was killed", often / 2, seed);
    damage_free(&quiet);
    damage_free(&killed);
    return !well;
}
