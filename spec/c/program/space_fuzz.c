/*
 * Space fuzz: changes the file of a space as the fuzzer likes, looks into it as
 * tidelock ls and ps do, and uses all that it finds.  Each change is 12 bytes:
 * where (a word that is not 0, or any word), and what is to stand there.
 *
 *   make fuzz FUZZ=space
 */
#include "damage.h"

enum { CHANGES_MOST = 16 };

static struct damage_file file;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    file = damage_make(getenv("DAMAGE_KILLED") != NULL);
    return tl_init() < 0;
}

static size_t place(uint32_t where)
{
    return where & 1 ? (where >> 1) % (file.used / 8)
                     : file.filled[(where >> 1) % file.filled_count];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t *words = (uint64_t *)(void *)file.bytes;
    uint64_t old[CHANGES_MOST];
    size_t at[CHANGES_MOST], count = 0;
    for (; size >= 12 && count < CHANGES_MOST; data += 12, size -= 12) {
        uint32_t where;
        memcpy(&where, data, sizeof where);
        at[count] = place(where);
        old[count] = words[at[count]];
        memcpy(&words[at[count++]], data + 4, sizeof *words);
    }
    damage_write(&file);
    int space = tl_look_into(damage_name);
    if (space > 0) {
        damage_use((unsigned)space);
        tl_look_away((unsigned)space);
    } else if (!damage_is_untouched(&file)) {
        abort();
    }
    while (count-- > 0)
        words[at[count]] = old[count];
    return 0;
}
