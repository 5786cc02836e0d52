/*
 * Words: how reports say what a task waits to do.
 *
 * They take the word of the operation that the task has announced, since one
 * queue may have waiters of several: a recv and a poll wait for the same
 * message.  What an operation waits for beside its own object (a condition's
 * wait, the lock) has the word of the queue.
 */
#ifndef TL_WORDS_H
#define TL_WORDS_H

#include <stdint.h>

/* "recv": what the task with this operation (enum tl_operation) waits to do, at
 * a queue for `verb` (enum tl_verb) of an object of this kind. */
const char *tl_words_verb(uint32_t operation, uint64_t kind, uint32_t verb);

/* "to recv from ": the same as it stands between "waits" and the object. */
void tl_words_wait(uint32_t operation, uint64_t kind, uint32_t verb, char *text,
                   uint64_t size);

#endif
