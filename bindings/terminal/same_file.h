/*
 * Same file: whether two paths lead to one file, so that what is written to the
 * one would be lost in the other.
 */
#ifndef SAME_FILE_H
#define SAME_FILE_H

#include <stdbool.h>

/* By whatever name or link; also of a file that is not there yet.  What is no
 * regular file, such as /dev/null, is lost by no writing: false. */
bool same_file(const char *path, const char *other);

#endif
