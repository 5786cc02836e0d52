/* The scenarios of tables; only crash_scenarios.h includes them, whose handles
 * and deadline they use. */
#include <stdio.h>

#define LONG_KEY "a key that is too long to lie in the slot of a table"

static struct tl_handle table;

static struct tl_key key_of(const char *text)
{
    return (struct tl_key){.type = TL_KEY_STRING,
                           .string = {text, strlen(text)}};
}

static int table_put(const char *name, int n)
{
    struct tl_key key = key_of(name);
    struct tl_slice slice = {&n, sizeof n};
    struct tl_message m = {&slice, 1, sizeof n, NULL, 0};
    return tl_table_set(&table, &key, &m);
}

/* A value that needs a block and carries a reference. */
static int table_put_large(const char *name, int n)
{
    struct tl_key key = key_of(name);
    tl_ref ref = tl_handle_ref(&other);
    struct tl_slice slices[] = {{&n, sizeof n}, {large, sizeof large}};
    struct tl_message m = {slices, 2, sizeof n + sizeof large, &ref, 1};
    return tl_table_set(&table, &key, &m);
}

static int table_take_out(const char *name)
{
    struct tl_key key = key_of(name);
    return tl_table_set(&table, &key, NULL);
}

/* The number under the key, or a negative status. */
static int table_look(const char *name)
{
    struct tl_key key = key_of(name);
    int n, status = tl_table_get(&table, &key, &parcel);
    if (status < 0)
        return status;
    memcpy(&n, parcel.data, sizeof n);
    bool whole =
        parcel.size == sizeof n ||
        (parcel.size == sizeof n + sizeof large && parcel.ref_count == 1 &&
         tl_ref_identity(parcel.refs[0]) == tl_handle_ref(&other));
    tl_parcel_drop(&parcel);
    return whole ? n : TL_BROKEN;
}

static void make_table(void)
{
    tl_table_new(&table, "swept");
    tl_event_new(&other, "travels");
    tl_event_new(&event, "over");
    table_put("small", 1);
    table_put_large("large", 1);
    table_put_large(LONG_KEY, 1);
}

/* Whether all that is there can be read, written and removed, and is counted.
 */
static bool table_goes_on(void)
{
    static const char *const names[] = {"small", "large", LONG_KEY, "new"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int n = table_look(names[i]);
        if (n != 1 && n != 2 && n != TL_EMPTY)
            return false;
        if (table_put_large(names[i], 3) != TL_OK ||
            table_look(names[i]) != 3 || table_put(names[i], 4) != TL_OK ||
            table_look(names[i]) != 4)
            return false;
    }
    int64_t count = tl_table_count(&table);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++, count--)
        if (table_take_out(names[i]) != TL_OK ||
            table_look(names[i]) != TL_EMPTY ||
            tl_table_count(&table) != count - 1)
            return false;
    return true;
}

static bool is_old_or_new(const char *name)
{
    int n = table_look(name);
    return (n == 1 || n == 2) && table_goes_on();
}

/* ---- set, get, remove ---- */

static void victim_sets_small(void)
{
    table_put("small", 2);
}

static bool small_is_old_or_new(void)
{
    return is_old_or_new("small");
}

static void victim_sets_large(void)
{
    table_put_large("large", 2);
}

static bool large_is_old_or_new(void)
{
    return is_old_or_new("large");
}

static void victim_adds_long_key(void)
{
    table_put_large(LONG_KEY " too", 2);
}

static bool long_key_is_new_or_none(void)
{
    int n = table_look(LONG_KEY " too");
    return (n == 2 || n == TL_EMPTY) &&
           table_take_out(LONG_KEY " too") == TL_OK && table_goes_on();
}

static void victim_removes(void)
{
    table_take_out(LONG_KEY);
}

static void victim_looks(void)
{
    table_look("large");
}

static bool large_is_old(void)
{
    return table_look("large") == 1 && table_goes_on();
}

/* Reads a value while it is replaced. */
static bool read_slowly(void)
{
    struct tl_key key = key_of("large");
    int n;
    if (tl_table_get(&table, &key, &parcel) != TL_OK ||
        tl_event_wait(&event, soon()) != TL_OK)
        return false;
    memcpy(&n, parcel.data, sizeof n);
    bool whole = n == 1 && parcel.ref_count == 1 &&
                 tl_ref_identity(parcel.refs[0]) == tl_handle_ref(&other);
    tl_parcel_drop(&parcel);
    return whole;
}

static bool large_is_replaced_and_read(void)
{
    return large_is_old_or_new() && tl_event_set(&event) == TL_OK;
}

/* ---- growing and shrinking ---- */

#define MANY 8 /* as many as the first slots are */

static bool table_add(int from, int to)
{
    char name[16];
    for (int i = from; i < to; i++) {
        snprintf(name, sizeof name, "key %d", i);
        if (table_put(name, i) != TL_OK)
            return false;
    }
    return true;
}

static bool table_has(int from, int to)
{
    char name[16];
    for (int i = from; i < to; i++) {
        snprintf(name, sizeof name, "key %d", i);
        if (table_look(name) != i)
            return false;
    }
    return true;
}

static void make_full_table(void)
{
    tl_table_new(&table, "full");
    tl_event_new(&other, "travels");
    table_add(0, MANY);
}

static void victim_grows(void)
{
    table_add(MANY, MANY + 1);
}

/* Whether another table gets no slots that the first one has. */
static bool slots_are_its_own(void)
{
    struct tl_handle first = table;
    bool well = tl_table_new(&table, "other") == TL_OK &&
                table_add(0, MANY + 1) && table_has(0, MANY + 1);
    tl_handle_close(&table);
    table = first;
    return well;
}

static bool all_are_there(void)
{
    int64_t count = tl_table_count(&table);
    return (count == MANY || count == MANY + 1) && slots_are_its_own() &&
           table_has(0, (int)count) && table_add((int)count, 4 * MANY) &&
           table_has(0, 4 * MANY);
}

/* A table that was four times as large, and has but four keys left. */
static void make_emptied_table(void)
{
    make_full_table();
    table_add(MANY, 4 * MANY);
    for (int i = 4; i < 4 * MANY; i++) {
        char name[16];
        snprintf(name, sizeof name, "key %d", i);
        table_take_out(name);
    }
}

static void victim_shrinks(void)
{
    table_take_out("key 3");
    table_take_out("key 2");
}

static bool rest_is_there(void)
{
    int64_t count = tl_table_count(&table);
    return count >= 2 && count <= 4 && slots_are_its_own() &&
           table_has(0, (int)count) && table_add(0, 4 * MANY) &&
           table_has(0, 4 * MANY);
}

/* ---- update ---- */

static bool add_one_to_small(void)
{
    if (tl_table_begin(&table, TL_TABLE_UPDATE, soon()) != TL_OK)
        return false;
    int n = table_look("small");
    return n > 0 && table_put("small", n + 1) == TL_OK &&
           tl_table_end(&table) == TL_OK;
}

static bool update_after_victim(void)
{
    return tl_event_wait(&event, soon()) == TL_OK && add_one_to_small();
}

static bool set_after_victim(void)
{
    return tl_event_wait(&event, soon()) == TL_OK &&
           table_put("large", 2) == TL_OK;
}

static bool write_after_victim(void)
{
    return partner_number < 2 ? update_after_victim() : set_after_victim();
}

/* Dies in an update, with others about to update and to set. */
static void victim_updates(void)
{
    struct timespec moment = {0, 3000000};
    if (tl_table_begin(&table, TL_TABLE_UPDATE, TL_FOREVER) < 0)
        return;
    tl_event_set(&event);
    nanosleep(&moment, NULL);
    table_put("small", table_look("small") + 1);
    tl_table_end(&table);
}

/* Whether the count is right: the partners have added 2, the victim 1 or
 * nothing. */
static bool updates_are_counted(void)
{
    tl_deadline limit = soon();
    tl_event_set(&event);
    int n;
    while ((n = table_look("small")) < 3 && tl_now() * 1e9 < (double)limit)
        tl_yield();
    return n == 3 || n == 4;
}

/* ---- the end of a table ---- */

static void victim_closes_its_own(void)
{
    struct tl_handle shared = table;
    table = (struct tl_handle){0};
    make_full_table();
    table_put_large("large", 1);
    table_put_large(LONG_KEY, 1);
    tl_handle_close(&table);
    tl_handle_close(&other);
    table = shared;
}
