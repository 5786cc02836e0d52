#include "program/kinds.h"

#include "commands/command.h"
#include "data/array.h"
#include "data/buffer.h"
#include "data/pipe.h"
#include "data/queue.h"
#include "data/table.h"
#include "data/value.h"
#include "pool/board.h"
#include "process/process.h"
#include "program/recover.h"
#include "store/bundle.h"
#include "store/handle.h"
#include "sync/barrier.h"
#include "sync/condition.h"
#include "sync/event.h"
#include "sync/latch.h"
#include "sync/lock.h"
#include "sync/owned.h"
#include "sync/rlock.h"
#include "sync/rwlock.h"
#include "sync/semaphore.h"

static const struct tl_kind kinds[TL_KINDS] = {
    [TL_KIND_NONE] = {.name = "object", .size = sizeof(struct tl_object)},
    [TL_KIND_LOCK] = {.name = "lock",
                      .size = sizeof(struct tl_lock),
                      .owned_by = offsetof(struct tl_lock, owner),
                      .describe = tl_owned_describe,
                      .task_died = tl_owned_task_died,
                      .in_use = tl_owned_in_use,
                      .holder = tl_owned_holder},
    [TL_KIND_SEMAPHORE] = {.name = "semaphore",
                           .size = sizeof(struct tl_semaphore),
                           .describe = tl_semaphore_describe,
                           .check = tl_semaphore_check,
                           .repair = tl_semaphore_repair,
                           .task_died = tl_semaphore_task_died,
                           .destroy = tl_semaphore_destroy,
                           .in_use = tl_semaphore_in_use,
                           .holder = tl_semaphore_holder_id,
                           .one_is_enough = true},
    [TL_KIND_EVENT] = {.name = "event",
                       .size = sizeof(struct tl_event_object),
                       .ready = tl_event_ready,
                       .describe = tl_event_describe},
    [TL_KIND_BARRIER] = {.name = "barrier",
                         .size = sizeof(struct tl_barrier),
                         .describe = tl_barrier_describe,
                         .task_died = tl_barrier_task_died,
                         .destroy = tl_barrier_destroy},
    [TL_KIND_VALUE] = {.name = "value",
                       .size = sizeof(struct tl_value),
                       .owned_by = offsetof(struct tl_value, writer),
                       .describe = tl_value_describe,
                       .task_died = tl_owned_task_died,
                       .in_use = tl_owned_in_use,
                       .holder = tl_owned_holder},
    [TL_KIND_QUEUE] = {.name = "queue",
                       .size = sizeof(struct tl_queue),
                       .ready = tl_queue_ready,
                       .describe = tl_queue_describe,
                       .check = tl_queue_check,
                       .repair = tl_queue_repair,
                       .task_died = tl_queue_task_died,
                       .destroy = tl_queue_destroy},
    [TL_KIND_PIPE] = {.name = "pipe",
                      .size = sizeof(struct tl_pipe),
                      .ready = tl_pipe_ready,
                      .describe = tl_pipe_describe,
                      .check = tl_pipe_check,
                      .repair = tl_pipe_repair,
                      .task_died = tl_pipe_task_died,
                      .side_closed = tl_pipe_side_closed,
                      .destroy = tl_pipe_destroy},
    [TL_KIND_PROCESS] = {.name = "process",
                         .size = sizeof(struct tl_process),
                         .ready = tl_process_ready,
                         .describe = tl_process_describe,
                         .task_died = tl_process_task_died,
                         .destroy = tl_process_destroy,
                         .holder = tl_process_joined_id},
    [TL_KIND_THREAD] = {.name = "thread",
                        .size = sizeof(struct tl_process),
                        .ready = tl_process_ready,
                        .describe = tl_process_describe,
                        .task_died = tl_process_task_died,
                        .destroy = tl_process_destroy,
                        .holder = tl_process_joined_id},
    [TL_KIND_LATCH] = {.name = "latch",
                       .size = sizeof(struct tl_latch),
                       .ready = tl_latch_ready,
                       .describe = tl_latch_describe},
    [TL_KIND_RLOCK] = {.name = "rlock",
                       .size = sizeof(struct tl_rlock),
                       .owned_by = offsetof(struct tl_rlock, owner),
                       .describe = tl_owned_describe,
                       .task_died = tl_owned_task_died,
                       .in_use = tl_owned_in_use,
                       .holder = tl_owned_holder},
    [TL_KIND_RWLOCK] = {.name = "rwlock",
                        .size = sizeof(struct tl_rwlock),
                        .describe = tl_rwlock_describe,
                        .task_died = tl_rwlock_task_died,
                        .destroy = tl_rwlock_destroy,
                        .in_use = tl_rwlock_in_use,
                        .holder = tl_rwlock_holder_id},
    [TL_KIND_CONDITION] = {.name = "condition",
                           .size = sizeof(struct tl_condition),
                           .describe = tl_condition_describe,
                           .repair = tl_condition_repair,
                           .task_died = tl_condition_task_died,
                           .destroy = tl_condition_destroy,
                           .in_use = tl_condition_in_use,
                           .part_held = tl_condition_part_held},
    [TL_KIND_ARRAY] = {.name = "array",
                       .size = sizeof(struct tl_array),
                       .describe = tl_array_describe,
                       .destroy = tl_array_destroy},
    [TL_KIND_BUFFER] = {.name = "buffer",
                        .size = sizeof(struct tl_buffer),
                        .describe = tl_buffer_describe,
                        .destroy = tl_buffer_destroy},
    [TL_KIND_TABLE] = {.name = "table",
                       .size = sizeof(struct tl_table),
                       .owned_by = offsetof(struct tl_table, writer),
                       .describe = tl_table_describe,
                       .check = tl_table_check,
                       .repair = tl_table_repair,
                       .task_died = tl_owned_task_died,
                       .destroy = tl_table_destroy,
                       .in_use = tl_owned_in_use,
                       .holder = tl_owned_holder},
    [TL_KIND_BOARD] = {.name = "pool",
                       .size = sizeof(struct tl_board),
                       .describe = tl_board_describe,
                       .check = tl_board_check,
                       .repair = tl_board_repair,
                       .task_died = tl_board_task_died,
                       .destroy = tl_board_destroy,
                       .never_lent = true},
    [TL_KIND_JOB] = {.name = "future", .ready = tl_job_ready},
    [TL_KIND_BUNDLE] = {.name = "bundle",
                        .size = sizeof(struct tl_bundle),
                        .destroy = tl_bundle_destroy},
};

static const struct tl_upcalls upcalls = {.kinds = kinds,
                                          .settle = tl_recover,
                                          .repair = tl_recover_guard,
                                          .stuck = tl_report_keep,
                                          .forked = tl_commands_forget,
                                          .reap = tl_commands_reap,
                                          .ends = tl_socket_file_remove_all};

void tl_kinds_install(void)
{
    tl_upcalls = &upcalls;
}
