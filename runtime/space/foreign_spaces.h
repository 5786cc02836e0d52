/*
 * Foreign spaces: a look at the spaces that another process has open and this
 * task has not, without becoming a task there.
 */
#ifndef TL_FOREIGN_SPACES_H
#define TL_FOREIGN_SPACES_H

#include <stdbool.h>
#include <sys/types.h>

/* Calls `look` in the spaces that the process has open and this task has not,
 * one after the other, until it returns true; whether it did.  `look` must not
 * take a guard: this thread is no task there, and a guard's word needs an id.
 *
 * Limits: a program that has as many spaces open as it can sees none. */
bool tl_foreign_spaces_any(pid_t pid, bool (*look)(pid_t pid));

#endif
