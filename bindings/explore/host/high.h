/*
 * High: numbers of descriptors that are away from those which a script expects
 * of its own files.
 */
#ifndef EXPLORE_HIGH_H
#define EXPLORE_HIGH_H

/* A copy of the descriptor with such a number; -1 with errno, also where there
 * is none, by the errno of that. */
int high_copy(int fd);

/* The same, for which it takes the descriptor. */
int high_move(int fd);

#endif
