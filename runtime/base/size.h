/*
 * Size: numbers of bytes as people write them.
 */
#ifndef TL_SIZE_H
#define TL_SIZE_H

#include <stdint.h>

/* "512M": a number, with K, M or G behind it or nothing.  0: it is none, or is
 * above `most`. */
uint64_t tl_size_parse(const char *text, uint64_t most);

#endif
