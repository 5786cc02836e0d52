/*
 * Post: which sleepers watch the others.
 *
 * A slot's life is watched also while nobody is there: so who enters a slot
 * that was in use before wakes nobody.
 *
 * Few tasks (the table was never used beyond a handful of slots): every sleeper
 * watches all of these, and a word that moves when there is one more.
 *
 * More: the table is in groups of GROUP slots, and each group has TL_POSTS
 * posts, taken by sleepers: its wardens, who watch the lives of the group, and
 * the group's news, which move when more of its slots are in use.  Who falls
 * asleep takes a post that is vacant; who wakes up resigns, and stirs one of
 * those that sleep without a post: the one that has slept longest, as the
 * kernel has it.  So the posts come to those that sleep long, and who wakes
 * often has none.  In the last group, of no slots, are the inspectors, who look
 * at the whole table now and then.
 *
 * Words of a post: 0, vacant -> id, by the sleeper itself (c.a.s.) -> 0, by
 * itself when it wakes, or by who settles for it, has suspended its process, or
 * found it stopped.
 *
 * No vacancy is slept over.  Who sleeps without a post read the vacancies' word
 * of its class before the posts; who resigns clears the post, then moves that
 * word, then wakes one on it: the first finds the post vacant, or does not fall
 * asleep, or is woken.  If it is called in the same moment, and so leaves, it
 * stirs another for a group that has no warden.
 *
 * Where the noticing task itself is
 *   killed    its own death is noticed by the wardens of its group, who sweep
 *             the whole table; it calls all, so that all take posts anew
 *   stopped   a stopped task is on no queue of the kernel, so the other warden,
 *             which is of another process, hears.  Suspending a process takes
 *             its posts from it.  Where both wardens of a group are stopped
 *             from outside, an inspector notices within a moment, and by and by
 *             takes the posts from them
 *   one of many that are killed at once
 *             the kernel may tell one that is about to die, and so on, to the
 *             last, whom only the dead watched.  The first tasks of the table,
 *             the main task among them, look at it now and then in any case
 * Where the sleepers are too few for all groups, they look at the whole table
 * now and then themselves.
 *
 * Limits: a task has a post in one arena at a time.  Where all with posts and
 * the first tasks are killed at once, those who sleep on hear of it at the next
 * look of anybody.
 */
#ifndef TL_POST_H
#define TL_POST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tasks/task.h"

#define TL_POSTS 2 /* of a group */

/* All in the present arena. */

/* By a task that has said that it is asleep: it takes a post, if it is to have
 * one, and listens to this word with this value, read before all that it tells
 * of. */
_Atomic uint32_t *tl_post_listen(uint32_t *value);

/* Then: the slots whose lives it watches; none where *from > *to.  True: these
 * are all there are. */
bool tl_post_slots(uint32_t *from, uint32_t *to);

/* Whether it is to look at the whole table now and then; and what else it does
 * then: the wardens of one group that are stopped lose their posts, from one
 * look to the next a group further. */
bool tl_post_roams(void);
void tl_post_inspect(void);

/* Whether the tasks are few. */
bool tl_post_few(void);

/* The task wakes up. */
void tl_post_leave(void);

/* This task has entered the table: it is watched from now on. */
void tl_post_newcomer(void);

/* A task that is dead, or has been stopped, has no posts. */
void tl_post_dismiss(const struct tl_task *task);

/* For tests: who has this post of the group of that slot; of slot 0, the
 * inspectors'.  0: nobody. */
uint32_t tl_post_at(uint32_t number, unsigned post);

/* TL_OK or TL_NO_MEMORY; once.  And the size of what is kept. */
int tl_post_make(void);

/* For space/file_check: whether all numbers in it are of slots. */
bool tl_post_sound(void);
size_t tl_post_size(void);

#endif
