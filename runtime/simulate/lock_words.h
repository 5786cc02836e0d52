/*
 * Lock words: the warning of orders of locks that contradict each other
 * (simulate/lock_order), as text.
 */
#ifndef TL_LOCK_WORDS_H
#define TL_LOCK_WORDS_H

#include "explore/lock_graph.h"

/* Says it: a line on stderr, or a notice of the exploration. */
void tl_lock_words_warn(const struct tl_lock_edge *const *circle,
                        unsigned length);

#endif
