/*
 * Operation: what a task can do to an object, and what it says that it is about
 * to do.
 *
 * Every operation announces itself: its first line, tl_enter (store/handle) or
 * one of its kin, names it by a row of the table below.  On these rows hang the
 * words of reports, `ps` and `tostring`; the points of a simulation, and the
 * record of its steps.
 *
 * To add an operation: a row, its name in the operation's tl_enter, and a case
 * in spec/c/program/operations_cases.lua.  What is atomic announces itself: a
 * call of the API that does several such things (put_many) does so for each.  A
 * part of an operation that has announced itself, and what no other task can
 * tell the order of (a handle that is closed, a look at a constant), enters
 * with TL_OP_NONE.
 */
#ifndef TL_OPERATION_H
#define TL_OPERATION_H

#include <stdbool.h>
#include <stdint.h>

/* What an operation does to its object, of concern to whoever asks whether two
 * operations may change places: two that read may. */
enum tl_access {
    TL_ACCESS_READS,
    TL_ACCESS_WRITES,
    TL_ACCESS_MAKES, /* the object, or a task */
    TL_ACCESS_ENDS   /* the object or a task is no more after it */
};

/* X(name, kind of object or NONE, word of the API, access, may block) */
#define TL_OPERATIONS(X)                                                       \
    X(NONE, NONE, "", READS, false)                                            \
    X(SLEEP, NONE, "sleep", READS, true)                                       \
    X(YIELD, NONE, "yield", READS, false)                                      \
    X(WAIT, NONE, "wait", READS, true)                                         \
    X(CHOOSE, NONE, "choose", READS, false)                                    \
    X(END, NONE, "end", ENDS, true)                                            \
    X(CHILDREN, NONE, "children", READS, false)                                \
    X(PARENT, NONE, "parent", READS, false)                                    \
    X(LOCK_ACQUIRE, LOCK, "acquire", WRITES, true)                             \
    X(LOCK_RELEASE, LOCK, "release", WRITES, false)                            \
    X(LOCK_HOLDER, LOCK, "holder", READS, false)                               \
    X(RLOCK_ACQUIRE, RLOCK, "acquire", WRITES, true)                           \
    X(RLOCK_RELEASE, RLOCK, "release", WRITES, false)                          \
    X(RLOCK_HOLDER, RLOCK, "holder", READS, false)                             \
    X(RWLOCK_READ, RWLOCK, "read", WRITES, true)                               \
    X(RWLOCK_WRITE, RWLOCK, "write", WRITES, true)                             \
    X(RWLOCK_RELEASE, RWLOCK, "release", WRITES, false)                        \
    X(CONDITION_ACQUIRE, CONDITION, "acquire", WRITES, true)                   \
    X(CONDITION_RELEASE, CONDITION, "release", WRITES, false)                  \
    X(CONDITION_WAIT, CONDITION, "wait", WRITES, true)                         \
    X(CONDITION_NOTIFY, CONDITION, "notify", WRITES, false)                    \
    X(CONDITION_NOTIFY_ALL, CONDITION, "notify_all", WRITES, false)            \
    X(SEMAPHORE_ACQUIRE, SEMAPHORE, "acquire", WRITES, true)                   \
    X(SEMAPHORE_RELEASE, SEMAPHORE, "release", WRITES, false)                  \
    X(SEMAPHORE_VALUE, SEMAPHORE, "value", READS, false)                       \
    X(EVENT_SET, EVENT, "set", WRITES, false)                                  \
    X(EVENT_CLEAR, EVENT, "clear", WRITES, false)                              \
    X(EVENT_IS_SET, EVENT, "is_set", READS, false)                             \
    X(EVENT_WAIT, EVENT, "wait", READS, true)                                  \
    X(BARRIER_WAIT, BARRIER, "wait", WRITES, true)                             \
    X(BARRIER_RESET, BARRIER, "reset", WRITES, false)                          \
    X(BARRIER_ABORT, BARRIER, "abort", WRITES, false)                          \
    X(BARRIER_WAITING, BARRIER, "waiting", READS, false)                       \
    X(BARRIER_BROKEN, BARRIER, "broken", READS, false)                         \
    X(LATCH_COUNT_DOWN, LATCH, "count_down", WRITES, false)                    \
    X(LATCH_WAIT, LATCH, "wait", READS, true)                                  \
    X(LATCH_COUNT, LATCH, "count", READS, false)                               \
    X(QUEUE_PUT, QUEUE, "put", WRITES, true)                                   \
    X(QUEUE_GET, QUEUE, "get", WRITES, true)                                   \
    X(QUEUE_SIZE, QUEUE, "size", READS, false)                                 \
    X(QUEUE_CLOSE, QUEUE, "close", WRITES, false)                              \
    X(QUEUE_TASK_DONE, QUEUE, "task_done", WRITES, false)                      \
    X(QUEUE_JOIN, QUEUE, "join", WRITES, true)                                 \
    X(PIPE_SEND, PIPE, "send", WRITES, true)                                   \
    X(PIPE_RECV, PIPE, "recv", WRITES, true)                                   \
    X(PIPE_POLL, PIPE, "poll", READS, true)                                    \
    X(PIPE_CLOSE, PIPE, "close", WRITES, false)                                \
    X(VALUE_GET, VALUE, "get", READS, false)                                   \
    X(VALUE_SET, VALUE, "set", WRITES, true)                                   \
    X(VALUE_ADD, VALUE, "add", WRITES, true)                                   \
    X(VALUE_COMPARE_SET, VALUE, "compare_set", WRITES, true)                   \
    X(VALUE_UPDATE, VALUE, "update", WRITES, true)                             \
    X(ARRAY_GET, ARRAY, "get", READS, false)                                   \
    X(ARRAY_SET, ARRAY, "set", WRITES, false)                                  \
    X(ARRAY_ADD, ARRAY, "add", WRITES, false)                                  \
    X(BUFFER_READ, BUFFER, "read", READS, false)                               \
    X(BUFFER_WRITE, BUFFER, "write", WRITES, false)                            \
    X(TABLE_GET, TABLE, "get", READS, false)                                   \
    X(TABLE_SET, TABLE, "set", WRITES, true)                                   \
    X(TABLE_ADD, TABLE, "add", WRITES, true)                                   \
    X(TABLE_UPDATE, TABLE, "update", WRITES, true)                             \
    X(TABLE_LENGTH, TABLE, "length", READS, false)                             \
    X(TABLE_COUNT, TABLE, "count", READS, false)                               \
    X(TABLE_KEYS, TABLE, "keys", READS, false)                                 \
    X(PROCESS_START, PROCESS, "start", MAKES, false)                           \
    X(PROCESS_JOIN, PROCESS, "join", READS, true)                              \
    X(PROCESS_RESULT, PROCESS, "result", READS, true)                          \
    X(PROCESS_IS_ALIVE, PROCESS, "is_alive", READS, false)                     \
    X(PROCESS_SET_DAEMON, PROCESS, "daemon", WRITES, false)                    \
    X(PROCESS_SIGNAL, PROCESS, "signal", WRITES, false)                        \
    X(PROCESS_ON_SIGNAL, PROCESS, "on_signal", WRITES, false)                  \
    X(PROCESS_TERMINATE, PROCESS, "terminate", WRITES, false)                  \
    X(PROCESS_KILL, PROCESS, "kill", ENDS, false)                              \
    X(PROCESS_SUSPEND, PROCESS, "suspend", WRITES, false)                      \
    X(PROCESS_RESUME, PROCESS, "resume", WRITES, false)                        \
    X(THREAD_START, THREAD, "start", MAKES, false)                             \
    X(THREAD_CANCEL, THREAD, "cancel", WRITES, false)                          \
    X(BOARD_SUBMIT, BOARD, "submit", WRITES, false)                            \
    X(BOARD_ROOM, BOARD, "submit", READS, true)                                \
    X(BOARD_GET, BOARD, "get", READS, true)                                    \
    X(BOARD_WAIT, BOARD, "wait", READS, true)                                  \
    X(BOARD_IS_READY, BOARD, "is_ready", READS, false)                         \
    X(BOARD_IS_OK, BOARD, "is_ok", READS, false)                               \
    X(BOARD_CANCEL, BOARD, "cancel", WRITES, false)                            \
    X(BOARD_APPLY, BOARD, "apply", READS, true)                                \
    X(BOARD_MAP, BOARD, "map", READS, true)                                    \
    X(BOARD_STARMAP, BOARD, "starmap", READS, true)                            \
    X(BOARD_IMAP, BOARD, "imap", READS, true)                                  \
    X(BOARD_IMAP_UNORDERED, BOARD, "imap_unordered", READS, true)              \
    X(BOARD_JOIN, BOARD, "join", READS, true)                                  \
    X(BOARD_TERMINATE, BOARD, "terminate", ENDS, true)                         \
    X(BOARD_CLOSE, BOARD, "close", WRITES, false)                              \
    X(BOARD_TAKE, BOARD, "take", WRITES, true)                                 \
    X(BOARD_FINISH, BOARD, "finish", WRITES, false)                            \
    X(BOARD_READY, BOARD, "ready", WRITES, false)                              \
    X(SPACE_OPEN, NONE, "open", MAKES, false)                                  \
    X(SPACE_MAKE, NONE, "make", MAKES, false)                                  \
    X(SPACE_FIND, NONE, "find", READS, false)                                  \
    X(SPACE_LIST, NONE, "list", READS, false)                                  \
    X(SPACE_REMOVE, NONE, "remove", ENDS, false)                               \
    X(COMMAND_START, NONE, "command", MAKES, false)                            \
    X(COMMAND_READ, NONE, "read", READS, true)                                 \
    X(COMMAND_WRITE, NONE, "write", WRITES, true)                              \
    X(COMMAND_CLOSE, NONE, "close", WRITES, false)                             \
    X(COMMAND_COMMUNICATE, NONE, "communicate", WRITES, true)                  \
    X(COMMAND_JOIN, NONE, "join", READS, true)                                 \
    X(COMMAND_RESULT, NONE, "result", READS, true)                             \
    X(COMMAND_IS_ALIVE, NONE, "is_alive", READS, false)                        \
    X(COMMAND_SIGNAL, NONE, "signal", WRITES, false)                           \
    X(COMMAND_SUSPEND, NONE, "suspend", WRITES, true)                          \
    X(LISTENER_OPEN, NONE, "listen", MAKES, false)                             \
    X(LISTENER_ACCEPT, NONE, "accept", WRITES, true)                           \
    X(CONNECTION_OPEN, NONE, "connect", MAKES, true)                           \
    X(CONNECTION_SEND, NONE, "send", WRITES, true)                             \
    X(CONNECTION_RECV, NONE, "recv", WRITES, true)                             \
    X(CONNECTION_POLL, NONE, "poll", READS, true)                              \
    X(FILE_OPEN, NONE, "open", WRITES, false)                                  \
    X(FILE_READ, NONE, "read", READS, false)                                   \
    X(FILE_WRITE, NONE, "write", WRITES, false)                                \
    X(FILE_SEEK, NONE, "seek", READS, false)                                   \
    X(FILE_FLUSH, NONE, "flush", WRITES, false)                                \
    X(FILE_CLOSE, NONE, "close", WRITES, false)                                \
    X(FILE_REMOVE, NONE, "remove", ENDS, false)                                \
    X(FILE_RENAME, NONE, "rename", WRITES, false)

enum tl_operation {
#define TL_OPERATION_NAME(name, kind, word, access, blocks) TL_OP_##name,
    TL_OPERATIONS(TL_OPERATION_NAME)
#undef TL_OPERATION_NAME
        TL_OPERATION_COUNT
};

/* The same as in its row, where the compiler knows it. */
static const bool tl_operation_blocks[] = {
#define TL_OPERATION_BLOCKS(name, kind, word, access, blocks) blocks,
    TL_OPERATIONS(TL_OPERATION_BLOCKS)
#undef TL_OPERATION_BLOCKS
};

struct tl_operation_row {
    uint8_t kind; /* enum tl_kind_id */
    uint8_t access;
    bool blocks;
    const char *word;
};

/* The operation that the API calls so, of an object of this kind (enum
 * tl_kind_id); or TL_OP_NONE. */
enum tl_operation tl_operation_find(int kind, const char *word);

/* The row of an operation; of a number that is none, NONE's. */
const struct tl_operation_row *tl_operation_row(uint32_t operation);

#endif
