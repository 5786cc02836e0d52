/* Linger: what it learns; how long it looks is for the clock to tell. */
#include <stdio.h>

#include "wire/linger.h"
#include "wire/moment.h"

static int failures;

static void say(bool well, const char *what)
{
    printf("%s - %s\n", well ? "ok" : "not ok", what);
    failures += !well;
}

static bool begins(struct tl_linger *linger)
{
    return tl_linger_begin(linger, TL_MOMENT_FOREVER);
}

/* How many waits do without before one lingers. */
static unsigned left_out(struct tl_linger *linger)
{
    unsigned count = 0;
    while (!begins(linger))
        count++;
    return count;
}

int main(void)
{
    struct tl_linger linger = {0};
    say(begins(&linger), "the first wait lingers");
    tl_linger_end(&linger, true);
    say(begins(&linger), "one that has paid is followed by another");
    tl_linger_end(&linger, false);
    say(left_out(&linger) == 1, "after one in vain, one is left out");
    tl_linger_end(&linger, false);
    say(left_out(&linger) == 3, "after two, three");
    tl_linger_end(&linger, true);
    say(begins(&linger), "what pays again makes up for all");
    for (unsigned i = 0; i < 40; i++) {
        tl_linger_end(&linger, false);
        left_out(&linger);
    }
    tl_linger_end(&linger, false);
    say(left_out(&linger) == 1023, "one in a thousand is tried for ever");
    tl_linger_begin(&linger, tl_moment_now());
    say(!tl_linger_on(&linger), "no wait lingers beyond its deadline");
    return failures != 0;
}
