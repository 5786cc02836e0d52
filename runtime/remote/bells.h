/*
 * Bells: the thread of a session that renews its lease and hands the answers
 * that tasks wait for to their mailboxes.
 *
 * It has a connection of its own, on which it sends a beat every third of the
 * lease and sleeps in BLPOP of the session's list in between.  Where the
 * connection breaks, it makes another, and has all waiting tasks ask again,
 * since a bell may have been taken off the list and not arrived.
 *
 * It blocks all signals: they are the tasks'.
 */
#ifndef TL_BELLS_H
#define TL_BELLS_H

struct tl_session;

/* The session's wire is open, and the thread's from now on.  TL_SYSTEM. */
int tl_bells_begin(struct tl_session *session);

/* In a child of a fork: what belonged to the parent's threads. */
void tl_bells_forget(void);

#endif
