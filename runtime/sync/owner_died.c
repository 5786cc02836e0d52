/*
 * Owner died: what becomes of what a dead task owned, a lock above all.  It is
 * free, and marked as abandoned for whoever acquires it next.
 *
 * Recovery (program/recover) calls this for each of the dead task's cells, by
 * the row of its object's kind; so does a task for itself at an orderly end.
 * Twice is harmless: only a word that names the dead task is changed.
 */
#include "base/fault.h"
#include "sync/owner.h"
#include "sync/tickets.h"

void tl_owner_task_died(struct tl_owner *owner, struct tl_task *dead)
{
    uint64_t word = atomic_load(&owner->word);
    while ((word & TL_ID_MASK) == tl_task_id(dead)) {
        tl_fault();
        /* an orderly end calls nobody else; recovery calls everybody */
        if (owner->owed && dead == tl_self)
            tl_tickets_tell(tl_at(owner->owed));
        owner->owed = 0;
        if (atomic_compare_exchange_weak(&owner->word, &word,
                                         TL_OWNER_ABANDONED)) {
            tl_fault();
            tl_wake(&owner->released, 1);
            return;
        }
    }
}
