/*
 * Queue: queues and pipes.  Part of tidelock.h.
 */
#ifndef TIDELOCK_QUEUE_H
#define TIDELOCK_QUEUE_H

#include "public/core.h"

/* Queue ------------------------------------------------------------------ */

enum tl_queue_order { TL_FIFO, TL_LIFO, TL_PRIORITY };

/* maxsize: messages, 0 for no bound.  TL_NO_MEMORY. */
int tl_queue_new(struct tl_handle *out, const char *name,
                 enum tl_queue_order order, uint32_t maxsize);
/* TL_FULL at the deadline, TL_CLOSED, TL_NO_MEMORY, TL_TOO_LARGE, TL_UNORDERED
 * (a priority other than 0 where the order is not TL_PRIORITY).  Lower
 * priorities come out first. */
int tl_queue_put(const struct tl_handle *queue, const struct tl_message *m,
                 double priority, tl_deadline deadline);
/* TL_EMPTY at the deadline; TL_CLOSED when closed and drained. */
int tl_queue_get(const struct tl_handle *queue, struct tl_parcel *parcel,
                 tl_deadline deadline);
int64_t tl_queue_size(const struct tl_handle *queue);
uint32_t tl_queue_maxsize(const struct tl_handle *queue);
enum tl_queue_order tl_queue_order(const struct tl_handle *queue);
int tl_queue_close(const struct tl_handle *queue);
/* TL_TOO_MANY_DONE */
int tl_queue_task_done(const struct tl_handle *queue);
/* Until every item put was done.  TL_ABANDONED where a task ended between its
 * get and its task_done since the last join; TL_TIMEOUT. */
int tl_queue_join(const struct tl_handle *queue, tl_deadline deadline);

/* Pipe ------------------------------------------------------------------- */

/* Two ends; not duplex: ends[0] only receives, ends[1] only sends. */
int tl_pipe_new(struct tl_handle ends[2], const char *name, bool duplex);
/* TL_TIMEOUT, TL_CLOSED (nobody holds the other end), TL_WRONG_END,
 * TL_NO_MEMORY, TL_TOO_LARGE.  There is room while a pipe holds less than
 * 16 MiB, and less than a sixteenth of the arena. */
int tl_pipe_send(const struct tl_handle *end, const struct tl_message *m,
                 tl_deadline deadline);
/* TL_TIMEOUT, TL_CLOSED (drained, and nobody holds the other end),
 * TL_WRONG_END */
int tl_pipe_recv(const struct tl_handle *end, struct tl_parcel *parcel,
                 tl_deadline deadline);
/* TL_OK: a message, or the close, is there to be received; TL_TIMEOUT. */
int tl_pipe_poll(const struct tl_handle *end, tl_deadline deadline);
/* Says that this task does not use the end any more; the handle stays valid
 * and its calls return TL_DROPPED. */
int tl_pipe_close(struct tl_handle *end);
/* The first half of it: the handle is about to be closed by tl_handle_close. */
int tl_pipe_closes(const struct tl_handle *end);

#endif
