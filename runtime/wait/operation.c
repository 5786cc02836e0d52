#include "wait/operation.h"

#include <string.h>

#include "tidelock.h"

static const struct tl_operation_row rows[] = {
#define ROW(name, of, said, access_, blocks_)                                  \
    {.kind = TL_KIND_##of,                                                     \
     .access = TL_ACCESS_##access_,                                            \
     .blocks = (blocks_),                                                      \
     .word = (said)},
    TL_OPERATIONS(ROW)
#undef ROW
};

enum tl_operation tl_operation_find(int kind, const char *word)
{
    for (int i = 1; i < TL_OPERATION_COUNT; i++)
        if (rows[i].kind == kind && strcmp(rows[i].word, word) == 0)
            return (enum tl_operation)i;
    return TL_OP_NONE;
}

const struct tl_operation_row *tl_operation_row(uint32_t operation)
{
    return &rows[operation < TL_OPERATION_COUNT ? operation : TL_OP_NONE];
}
