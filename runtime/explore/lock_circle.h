/*
 * Lock circle: where orders in the lock graph contradict each other.
 *
 * A circle is a list of edges, each from the lock to which the one before
 * leads, and the last leads to where the first begins.  It can come to a
 * deadlock only if all its tasks can be in the midst of their edges at a time:
 *
 *   the tasks are different;
 *   their segments are concurrent (explore/lock_graph);
 *   no two hold the same lock, a gate that keeps one of them out, unless both
 *     have it to read; and no more of them have a seat of a semaphore than
 *     there are (Havelund 2000, Bensalem and Havelund 2005: gate locks);
 *   where one has a lock to read, the next wants it to write.
 *
 * Limits: circles of more than TL_LOCK_CIRCLE_MOST locks are not found, nor
 * what many thousand paths hide.
 */
#ifndef TL_LOCK_CIRCLE_H
#define TL_LOCK_CIRCLE_H

#include "explore/lock_graph.h"

#define TL_LOCK_CIRCLE_MOST 12u

typedef void tl_lock_circle_told(const struct tl_lock_edge *const *circle,
                                 unsigned length);

/* The edge is new: tells of the shortest circles that it closes, each set of
 * locks once in the program's life. */
void tl_lock_circle_look(uint32_t edge, tl_lock_circle_told *told);

#endif
