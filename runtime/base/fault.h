/*
 * Fault: crash injection for test builds (-DTL_FAULT).
 *
 * Every store of a protocol on shared state is followed by tl_fault().  A test
 * arms a task with a number k, and the task kills itself by SIGKILL at its
 * k-th such event; a sweep over k then dies once at each of them.  In ordinary
 * builds the calls are no instructions, and keep the order of the stores.
 *
 * A recovery rule counts only if its removal makes a test fail: in test builds
 * tl_fault_without takes one rule away, and the sweep must notice.
 */
#ifndef TL_FAULT_H
#define TL_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>

/* The recovery rules that can be taken away. */
enum tl_rule {
    TL_RULE_NONE,
    TL_RULE_GUARD,    /* a dead holder's guard is taken over and repaired */
    TL_RULE_HELD,     /* what the dead held is passed on */
    TL_RULE_WAKE_ALL, /* a death calls every task */
    TL_RULE_KERNEL,   /* ... by FUTEX_WAKE whatever the park word says */
    TL_RULE_UNLIST,   /* the dead leave the wait queues */
    TL_RULE_OWNED,    /* a block that a dead task owns is freed */
    TL_RULE_REFS,     /* the dead's references are dropped */
    TL_RULE_REDO,     /* logged steps of store/ are finished */
    TL_RULES
};

#ifdef TL_FAULT
void tl_fault(void);
/* The k-th event from now kills this task; 0 disarms. */
void tl_fault_arm(long k);
/* Events since the last tl_fault_arm. */
long tl_fault_events(void);
/* Takes a rule away (by name, "guard" ...); false: no such rule. */
bool tl_fault_without(const char *rule);
bool tl_rule(enum tl_rule rule);
#else
/* The compiler keeps the stores before it before those after it: a task may be
 * killed between any two instructions, and the stores that it has executed are
 * then what others find. */
static inline void tl_fault(void)
{
    atomic_signal_fence(memory_order_seq_cst);
}
static inline bool tl_rule(enum tl_rule rule)
{
    (void)rule;
    return true;
}
#endif

#endif
