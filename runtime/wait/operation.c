#include "wait/operation.h"

#include "tidelock.h"

const struct tl_operation_row *tl_operation_row(uint32_t operation)
{
    static const struct tl_operation_row rows[] = {
#define ROW(name, of, said, access_, blocks_)                                  \
    {.kind = TL_KIND_##of,                                                     \
     .access = TL_ACCESS_##access_,                                            \
     .blocks = (blocks_),                                                      \
     .word = (said)},
        TL_OPERATIONS(ROW)
#undef ROW
    };
    return &rows[operation < TL_OPERATION_COUNT ? operation : TL_OP_NONE];
}
