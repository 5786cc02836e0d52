#include "store/log.h"

#include <assert.h>

#include "base/fault.h"

void tl_log_init(struct tl_log *log, enum tl_guard_role role)
{
    tl_guard_init(&log->guard, role, NULL);
    atomic_store(&log->count, 0);
    log->prepared = 0;
}

void tl_log_begin(struct tl_log *log)
{
    tl_guard_take(&log->guard, TL_FOREVER);
    log->prepared = 0;
}

void tl_log_set(struct tl_log *log, uint64_t *word, uint64_t value)
{
    assert(log->prepared < TL_LOG_MOST);
    log->words[log->prepared].at = tl_offset(word);
    log->words[log->prepared].value = value;
    log->prepared++;
}

uint64_t tl_log_get(const struct tl_log *log, const uint64_t *word)
{
    for (uint32_t i = log->prepared; i-- > 0;)
        if (log->words[i].at == tl_offset(word))
            return log->words[i].value;
    return *word;
}

static void write_words(struct tl_log *log)
{
    uint32_t count = atomic_load(&log->count);
    for (uint32_t i = 0; i < count; i++) {
        /* relaxed: whole, for tl_log_peek; the guard orders it for others */
        atomic_store_explicit((_Atomic uint64_t *)tl_at(log->words[i].at),
                              log->words[i].value, memory_order_relaxed);
        tl_fault();
    }
    /* release: the words before the log is empty again */
    atomic_store_explicit(&log->count, 0, memory_order_release);
    tl_fault();
}

void tl_log_end(struct tl_log *log)
{
    tl_fault();
    /* commit; release: the list before its length */
    atomic_store_explicit(&log->count, log->prepared, memory_order_release);
    tl_fault();
    write_words(log);
    tl_guard_drop(&log->guard);
}

void tl_log_repair(struct tl_log *log)
{
    if (tl_rule(TL_RULE_REDO))
        write_words(log);
    else
        atomic_store(&log->count, 0);
}
