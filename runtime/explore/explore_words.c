/* Explore words: the names of operations, for whoever reads events. */
#include "public/explore.h"

#include "wait/operation.h"

static const char *const names[] = {
#define NAME(name, kind, word, access, blocks) #name,
    TL_OPERATIONS(NAME)
#undef NAME
};

const char *tl_explore_operation(uint32_t operation)
{
    return names[operation < TL_OPERATION_COUNT ? operation : 0];
}

const char *tl_explore_word(uint32_t operation)
{
    return tl_operation_row(operation)->word;
}
