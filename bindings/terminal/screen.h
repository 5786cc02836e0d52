/*
 * Screen: what kind of terminal there is: how large, and whether it shows
 * colours.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdbool.h>
#include <stdio.h>

/* The columns and rows of the terminal on this descriptor; false: it is none,
 * or does not know. */
bool screen_size(int fd, int *columns, int *rows);

/* Whether somebody sits there: input and output are a terminal. */
bool screen_is_terminal(void);

/* Whether the terminal knows how to move a cursor: TERM says so. */
bool screen_moves_cursor(void);

/* Whether it shows colours: such a terminal, and NO_COLOR does not refuse them.
 */
bool screen_has_colours(void);

/* Where who edits a line writes, and what belongs to it: stdout as it was
 * before any other was put in its place, which says more with each line. */
FILE *screen_stream(void);

/* Before another is put in its place: stdout is that of the screen. */
void screen_keep_stream(void);

#endif
