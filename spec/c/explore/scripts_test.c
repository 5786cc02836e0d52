/*
 * Scripts: their names come back by their numbers.
 */
#include <string.h>

#include "explore/scripts.h"
#include "support/lower.h"

static struct tl_scripts scripts;

static uint16_t number(const char *name)
{
    return tl_scripts_number(&scripts, name);
}

static bool is(uint16_t script, const char *name)
{
    return strcmp(tl_scripts_name(&scripts, script), name) == 0;
}

static bool names(void)
{
    uint16_t a = number("a.lua"), b = number("b.lua");
    return a == 1 && b == 2 && number("a.lua") == a && number("b.lua") == b &&
           is(a, "a.lua") && is(b, "b.lua");
}

static bool none(void)
{
    return number("") == 0 && is(0, "") && is(3, "") && is(9999, "");
}

static bool long_names(void)
{
    static const char longest[] = "/home/ann/a/folder/of/some/length/"
                                  "and/another/one/in/it/till.lua";
    uint16_t cut = number(longest);
    const char *name = tl_scripts_name(&scripts, cut);
    size_t end = TL_SCRIPT_NAME - sizeof "...";
    return cut == 3 && number(longest) == cut &&
           strlen(name) == TL_SCRIPT_NAME - 1 && memcmp(name, "...", 3) == 0 &&
           strcmp(name + 3, longest + strlen(longest) - end) == 0;
}

static bool whole_characters(void)
{
    char umlauts[101] = "";
    for (int i = 0; i < 100; i++)
        umlauts[i] = "\xc3\xbc"[i % 2];
    const char *name = tl_scripts_name(&scripts, number(umlauts));
    return strlen(name) % 2 == 1 && strncmp(name, "...\xc3", 4) == 0;
}

static bool many(void)
{
    char name[20];
    for (unsigned i = scripts.count + 1; i < 300; i++) {
        snprintf(name, sizeof name, "%u.lua", i);
        if (number(name) != (i <= TL_SCRIPTS ? i : 0))
            return false;
    }
    return number("256.lua") == 256 && number("a.lua") == 1;
}

int main(void)
{
    say(names(), "a name has a number of its own, and comes back");
    say(none(), "no name is 0, and an unknown number no name");
    say(long_names(), "a long name keeps its end");
    say(whole_characters(), "which begins with a whole character");
    say(many(), "too many names are none");
    return lower_failures;
}
