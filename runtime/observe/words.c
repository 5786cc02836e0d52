#include "observe/words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "park/wait_queue.h"
#include "wait/operation.h"

/* Of a thread the calls that a process has too are the process's. */
static bool is_about(const struct tl_operation_row *row, uint64_t kind)
{
    return row->kind == (kind == TL_KIND_THREAD ? TL_KIND_PROCESS : kind);
}

const char *tl_words_verb(uint32_t operation, uint64_t kind, uint32_t verb)
{
    const struct tl_operation_row *row = tl_operation_row(operation);
    return operation == TL_OP_WAIT || is_about(row, kind) ? row->word
                                                          : tl_verb_name(verb);
}

void tl_words_wait(uint32_t operation, uint64_t kind, uint32_t verb, char *text,
                   uint64_t size)
{
    static const struct {
        const char *word, *said;
    } others[] = {{"wait", "for "}, /* one does not wait to wait */
                  {"result", "for the result of "},
                  {"get", "to get from "},
                  {"take", "to take from "},
                  {"recv", "to recv from "},
                  {"put", "to put to "},
                  {"send", "to send to "},
                  {"submit", "to submit to "},
                  {"add", "to add to "}};
    const char *word = tl_words_verb(operation, kind, verb);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(others[i].word, word) == 0) {
            snprintf(text, size, "%s", others[i].said);
            return;
        }
    }
    snprintf(text, size, "to %s ", word);
}
