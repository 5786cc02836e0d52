/*
 * Findings: which objects only one task has ever used, in all schedules of an
 * exploration together (struct tl_findings, public/explore).
 *
 * Where a task is about to use what is its own alone, no other can tell whether
 * it does so now or later, so nobody need come before it.  An object that a
 * second task uses in some schedule is shared from then on; until then the
 * choices at it are missed, in that schedule as in those before.
 *
 * An open table by the object's identity, which is never removed.  Several
 * explorers use it at once.  An entry whose identity is there and whose toucher
 * is not yet looks shared, which is always safe.  States of a toucher: 0 (free,
 * or just claimed) -> a task's key -> several; 0 -> several where two come at
 * once.
 *
 * Limits: objects for which there is no room any more count as shared.
 */
#ifndef TL_FINDINGS_H
#define TL_FINDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "public/explore.h"

/* The task of that key uses the object. */
void tl_findings_touch(struct tl_findings *findings, uint64_t object,
                       uint64_t task);

/* Whether no other task ever has. */
bool tl_findings_is_own(const struct tl_findings *findings, uint64_t object,
                        uint64_t task);

#endif
