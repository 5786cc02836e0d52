/*
 * Notes: what a program that is explored says of itself in words: its outcome,
 * labels, notices, and the text of its steps (public/explore).
 */
#ifndef TL_NOTES_H
#define TL_NOTES_H

#include <stdint.h>

/* This task takes a step: what it has said of it before belongs to that. */
void tl_notes_step(uint64_t step);

#endif
