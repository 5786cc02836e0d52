#include "explore/scripts.h"

#include <stdio.h>
#include <string.h>

void tl_scripts_shorten(char *out, size_t size, const char *name)
{
    size_t length = strlen(name);
    if (length < size) {
        memcpy(out, name, length + 1);
        return;
    }
    const char *from = name + length - (size - sizeof "...");
    while ((*from & 0xc0) == 0x80) /* not in the midst of a character */
        from++;
    snprintf(out, size, "...%s", from);
}

uint16_t tl_scripts_number(struct tl_scripts *scripts, const char *name)
{
    char kept[TL_SCRIPT_NAME];
    if (!*name)
        return 0;
    tl_scripts_shorten(kept, sizeof kept, name);
    for (uint32_t i = 0; i < scripts->count; i++)
        if (strcmp(scripts->names[i], kept) == 0)
            return (uint16_t)(i + 1);
    if (scripts->count == TL_SCRIPTS)
        return 0;
    memcpy(scripts->names[scripts->count], kept, sizeof kept);
    return (uint16_t)++scripts->count; /* commit */
}

const char *tl_scripts_name(const struct tl_scripts *scripts, uint16_t number)
{
    return number > 0 && number <= scripts->count ? scripts->names[number - 1]
                                                  : "";
}
