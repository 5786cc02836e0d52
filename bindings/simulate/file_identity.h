/*
 * File identity: a number and a name for a file.
 *
 * The number is made of device and inode, which all tasks see alike; for a path
 * where nothing is yet, of that path, absolute and without "." and "..".  The
 * name is for people: the path below the working directory, where it lies
 * there.
 *
 * Limits: device and inode of a new file are other ones in another run.  While
 * a file does not exist, two paths to it through links have two numbers.
 */
#ifndef TL_FILE_IDENTITY_H
#define TL_FILE_IDENTITY_H

#include <limits.h>
#include <stdint.h>
#include <stdio.h>

struct file_identity {
    uint64_t number;
    char name[PATH_MAX];
};

void file_identity_of_path(struct file_identity *identity, const char *path);
void file_identity_of_stream(struct file_identity *identity, FILE *file);

#endif
