/*
 * Post: which sleepers watch the others.
 *
 * A sleeper also watches the life of a slot where no task is: so a task that
 * enters a slot which was in use before need not wake the sleeper.
 *
 * While the tasks are few (no slot above the first FEW was ever used), every
 * sleeper watches all of these, and a word that moves when a further slot is
 * entered.
 *
 * Where they are more, the table is in groups of GROUP slots, and each group
 * has TL_POSTS posts.  The sleepers that take them are the group's wardens.
 * They watch the lives of the group, and its `news`, a word that moves when
 * more of its slots are in use.  A task that falls asleep takes a vacant post.
 * A warden that wakes up resigns, and stirs one of the tasks that sleep without
 * a post: the kernel chooses the one that has slept longest.  So the posts come
 * to tasks that sleep long, and those that wake often have none.  The last
 * group has no slots; its wardens are the inspectors, who look at the whole
 * table now and then.
 *
 * The word of a post:
 *   0, vacant -> id   by the sleeper itself (compare and swap)
 *   id -> 0           by itself when it wakes; or by a task that settles its
 *                     debts, has suspended its process, or found it stopped
 *
 * No vacancy is slept over.  A task that sleeps without a post has read the
 * vacancies' word of its class before it looked at the posts.  A warden that
 * resigns clears the post, then moves that word, then wakes one sleeper on it.
 * So the sleeper finds the post vacant, or does not fall asleep, or is woken.
 * If the one that was woken leaves, since it was called at the same moment, it
 * stirs another for a group that has no warden.
 *
 * The warden that should notice a death may itself be
 *   killed    then the wardens of its own group notice that, and sweep the
 *             whole table; all tasks are called, and take posts anew
 *   stopped   a stopped task is on no queue of the kernel, so the kernel wakes
 *             the group's other warden, which is of another process. Suspending
 *             a process takes its posts from it.  Where both wardens of a group
 *             are stopped from outside, an inspector notices the death within a
 *             moment, and takes the posts from them when it comes to the group
 *   one of many that are killed at once
 *             the kernel may wake one that is about to die, and so on, to the
 *             last, whom only the dead watched.  So the first tasks of the
 *             table, the main task among them, look at it now and then anyway
 * Where the sleepers are too few for all groups, they look at the whole table
 * now and then themselves.
 *
 * Limits: a task has a post in one arena at a time.  Where all tasks with posts
 * and the first tasks are killed at once, the others hear of it when any task
 * looks next.
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

/* For a task that has said that it is asleep: it takes a post, if it is to have
 * one.  Returns the word to sleep on, and in *value what that must still be, as
 * read before anything that the word tells of. */
_Atomic uint32_t *tl_post_listen(uint32_t *value);

/* After tl_post_listen: the slots whose lives it watches; none where
 * *from > *to.  True: these are all slots. */
bool tl_post_slots(uint32_t *from, uint32_t *to);

/* Whether the task is to look at the whole table now and then. */
bool tl_post_roams(void);

/* At such a look: takes their posts from the stopped wardens of one group; at
 * the next look, of the group after it. */
void tl_post_inspect(void);

/* Whether the tasks are few. */
bool tl_post_few(void);

/* The task wakes up. */
void tl_post_leave(void);

/* This task has entered the table: it is watched from now on. */
void tl_post_newcomer(void);

/* Takes its posts from a task that is dead, or has been stopped. */
void tl_post_dismiss(const struct tl_task *task);

/* For tests: the id of the task that has this post of the group of that slot;
 * slot 0 stands for the inspectors' group.  0: none has it. */
uint32_t tl_post_at(uint32_t number, unsigned post);

/* TL_OK or TL_NO_MEMORY; once. */
int tl_post_make(void);

/* For space/file_check: whether all ids in the posts are of slots.  And the
 * size of the region. */
bool tl_post_sound(void);
size_t tl_post_size(void);

#endif
