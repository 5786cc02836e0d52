#include "explore/findings.h"

#include <stddef.h>

#define SEVERAL UINT64_MAX
#define PROBES 64 /* so long a search is a full table */

/* The entry of the object, or the free one where it belongs; NULL: none. */
static const struct tl_finding *find(const struct tl_findings *findings,
                                     uint64_t object)
{
    for (uint32_t i = 0; i < PROBES; i++) {
        const struct tl_finding *entry =
            &findings->objects[(object + i) % TL_FINDINGS_OBJECTS];
        uint64_t identity = atomic_load(&entry->identity);
        if (identity == object || identity == 0)
            return entry;
    }
    return NULL;
}

/* The object's own entry, made where there is none: then the task is its
 * toucher. */
static struct tl_finding *enter(struct tl_findings *findings, uint64_t object,
                                uint64_t task)
{
    for (;;) {
        struct tl_finding *entry = (struct tl_finding *)find(findings, object);
        uint64_t identity = 0;
        if (!entry || atomic_load(&entry->identity) == object)
            return entry;
        if (atomic_compare_exchange_strong(&entry->identity, &identity,
                                           object)) {
            uint64_t nobody = 0; /* or another has come already */
            atomic_compare_exchange_strong(&entry->toucher, &nobody, task);
            return entry;
        }
    }
}

void tl_findings_touch(struct tl_findings *findings, uint64_t object,
                       uint64_t task)
{
    struct tl_finding *entry = enter(findings, object, task);
    if (entry && atomic_load(&entry->toucher) != task)
        atomic_store(&entry->toucher, SEVERAL);
}

bool tl_findings_is_own(const struct tl_findings *findings, uint64_t object,
                        uint64_t task)
{
    const struct tl_finding *entry = find(findings, object);
    return entry && (atomic_load(&entry->identity) == 0 ||
                     atomic_load(&entry->toucher) == task);
}
