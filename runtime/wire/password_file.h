/*
 * Password file: a server's password, so that it stands in no address, and so
 * in no list of processes and no script: the file's first line.
 *
 * It is refused where others could read or replace it.
 */
#ifndef TL_PASSWORD_FILE_H
#define TL_PASSWORD_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct tl_endpoint;

/* Where the endpoint has no password: that of the file `path`, or, where that
 * is NULL, of the one that TIDELOCK_PASSWORD_FILE names, if it does.  False:
 * `why` says what is wrong with the file. */
bool tl_password_file_apply(struct tl_endpoint *endpoint, const char *path,
                            char *why, size_t size);

#endif
