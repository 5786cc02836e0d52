/*
 * View: what the files of a view share: a look that may lead nowhere.  What a
 * view is stands in public/view.h.
 */
#ifndef TL_VIEW_H
#define TL_VIEW_H

#include <stdbool.h>

#include "tidelock.h"

/* Calls `look` in that arena; false: it read what is not there. */
bool tl_view_try(int view, void (*look)(void *context), void *context);

/* Maps the file, which begins as one of that magic does, as a view of that
 * name; takes fd.  The view, or a status. */
int tl_view_map(int fd, const char *magic, const char *name);

#endif
