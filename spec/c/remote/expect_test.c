/* Expecting: what a request has to wait says nothing of others about the same
 * object, whatever that is called. */
#include <stdio.h>
#include <string.h>

#include "remote/caller.h"
#include "remote/caller_expect.h"

static struct tl_session session;
static struct tl_caller caller;

static bool both_are_told_apart(unsigned number)
{
    char id[24];
    const char *word = id;
    size_t size = (size_t)snprintf(
        id, sizeof id, "%llu", 1700000000000000ULL + number * 9999999967ULL);
    struct tl_request acquire = {
        .op = "lock_acquire", .count = 1, .words = &word, .sizes = &size};
    struct tl_request release = acquire;
    release.op = "lock_release";
    tl_caller_learn(&caller, &acquire, true);
    bool told = tl_caller_expects(&caller, &acquire) &&
                !tl_caller_expects(&caller, &release);
    tl_caller_learn(&caller, &release, false);
    told = told && tl_caller_expects(&caller, &acquire);
    tl_caller_learn(&caller, &acquire, false);
    return told && !tl_caller_expects(&caller, &acquire);
}

int main(void)
{
    unsigned alike = 0;
    caller.session = &session;
    for (unsigned number = 0; number < 10000; number++)
        alike += !both_are_told_apart(number);
    printf("%s - the acquire and the release of %u of 10000 locks are one\n",
           alike ? "not ok" : "ok", alike);
    return alike != 0;
}
