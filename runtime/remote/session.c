#include "remote/session.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "wire/moment.h"

/* The state only goes from OPEN to LOST here, under the guard; so the reason is
 * there before the state says so. */
void tl_session_lose(struct tl_session *session, const char *reason)
{
    pthread_mutex_lock(&session->mailboxes.guard);
    bool was_open = session->state == TL_SESSION_OPEN;
    if (was_open) {
        session->reason = reason;
        session->state = TL_SESSION_LOST; /* commit */
    }
    pthread_mutex_unlock(&session->mailboxes.guard);
    tl_mailbox_wake_all(&session->mailboxes);
    if (was_open && session->kills)
        kill(getpid(), SIGKILL);
}

void tl_session_lose_by(struct tl_session *session, struct tl_answer *lost)
{
    const char *text;
    size_t size;
    struct tl_answer since;
    bool forgotten = false;
    if (tl_answer_next(lost, &text, &size)) {
        since = *lost;
        forgotten = tl_answer_next(lost, &text, &size) &&
                    (size == 0 || tl_answer_number(&since) > session->opened);
    }
    tl_session_lose(session,
                    forgotten ? TL_SESSION_EMPTY : TL_SESSION_ENDED_LEASE);
}

static void arm(struct tl_session *session, int64_t until)
{
    struct sigevent end = {.sigev_notify = SIGEV_SIGNAL,
                           .sigev_signo = SIGKILL};
    struct itimerspec at = {
        .it_value = {until / TL_MOMENT_SECOND, until % TL_MOMENT_SECOND}};
    if (!session->has_killer)
        session->has_killer =
            timer_create(CLOCK_MONOTONIC, &end, &session->killer) == 0;
    if (session->has_killer)
        timer_settime(session->killer, TIMER_ABSTIME, &at, NULL);
}

void tl_session_renew(struct tl_session *session, int64_t sent)
{
    int64_t until = sent + session->lease / 10 * 9;
    session->good_until = until;
    if (session->kills && session->state == TL_SESSION_OPEN)
        arm(session, until);
}

void tl_session_start(struct tl_session *session)
{
    session->state = TL_SESSION_OPEN;
    if (session->kills)
        arm(session, session->good_until);
}

void tl_session_spare(struct tl_session *session)
{
    struct itimerspec never = {0};
    if (session->has_killer)
        timer_settime(session->killer, 0, &never, NULL);
}

bool tl_session_is_good(struct tl_session *session)
{
    if (session->state == TL_SESSION_OPEN &&
        tl_moment_now() >= session->good_until)
        tl_session_lose(session, TL_SESSION_ENDED_LEASE);
    return session->state == TL_SESSION_OPEN;
}

const char *tl_session_reason(struct tl_session *session)
{
    pthread_mutex_lock(&session->mailboxes.guard);
    const char *reason = session->reason;
    pthread_mutex_unlock(&session->mailboxes.guard);
    return reason ? reason : "lost: it was closed";
}

bool tl_session_draw(char *out, size_t digits)
{
    unsigned char bytes[32];
    if (getrandom(bytes, digits / 2, 0) != (ssize_t)(digits / 2))
        return false;
    for (size_t i = 0; i < digits / 2; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

void tl_session_new_value(struct tl_session *session, char *name, size_t size)
{
    uint64_t number =
        atomic_fetch_add_explicit(&session->values, 1, memory_order_relaxed);
    snprintf(name, size, "%s.%llu", session->id, (unsigned long long)number);
}

void tl_session_name_opener(struct tl_session *session, const char *name)
{
    snprintf(session->opener, sizeof session->opener, "%s", name);
}

void tl_session_name_library(struct tl_session *session, const char *text)
{
    const char *name = strchr(text, '=');
    size_t size = name ? strcspn(name + 1, "\n") : 0;
    snprintf(session->library, sizeof session->library, "%.*s", (int)size,
             name ? name + 1 : "");
}

void tl_session_set_clock(struct tl_session *session, int64_t milliseconds)
{
    int64_t ahead = milliseconds - tl_moment_now() / TL_MOMENT_MILLISECOND;
    atomic_store_explicit(&session->server_ahead, ahead, memory_order_relaxed);
}

/* The clock was read before its answer came: so this is early rather than late,
 * and what is done by then is done before the moment. */
uint64_t tl_session_server_time(const struct tl_session *session,
                                int64_t moment)
{
    if (moment == TL_MOMENT_FOREVER)
        return 0;
    int64_t ahead =
        atomic_load_explicit(&session->server_ahead, memory_order_relaxed);
    return (uint64_t)(moment / TL_MOMENT_MILLISECOND + ahead);
}

/* What makes the server keep more: it refuses that where its memory is full. */
static bool is_more(const char *op)
{
    static const char *const ops[] = {
        "queue_put", "queue_put_many", "pipe_send",   "table_set",
        "table_add", "table_swap",     "pool_submit", "pool_submit_many"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(op, ops[i]) == 0)
            return true;
    return false;
}

static void add_function(struct tl_words *command,
                         const struct tl_session *session, const char *op)
{
    const char *parts[] = {session->library, "_more"};
    tl_words_add_parts(command, is_more(op) ? 2 : 1, parts);
}

static void add_sequence(struct tl_words *command, uint64_t sequence,
                         uint64_t milliseconds)
{
    char text[2 * TL_WORDS_DIGITS + 1];
    size_t size = tl_words_digits(text, sequence);
    text[size++] = '@';
    size += tl_words_digits(text + size, milliseconds);
    tl_words_add(command, text, size);
}

void tl_session_call_until(const struct tl_session *session,
                           struct tl_words *command, const char *task,
                           uint64_t sequence, uint64_t milliseconds,
                           const char *op, size_t count)
{
    tl_words_begin(command, 8 + count);
    tl_words_add_text(command, "FCALL");
    add_function(command, session, op);
    tl_words_add_text(command, "1");
    tl_words_add_text(command, session->key);
    tl_words_add_text(command, session->id);
    tl_words_add_text(command, task);
    if (milliseconds > 0)
        add_sequence(command, sequence, milliseconds);
    else
        tl_words_add_number(command, sequence);
    tl_words_add_text(command, op);
}

void tl_session_call(const struct tl_session *session, struct tl_words *command,
                     const char *task, uint64_t sequence, const char *op,
                     size_t count)
{
    tl_session_call_until(session, command, task, sequence, 0, op, count);
}
