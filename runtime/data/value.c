#include "data/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/world.h"
#include "store/constructor.h"
#include "store/handle.h"

static struct tl_value *value_of(const struct tl_handle *handle)
{
    return handle->object;
}

static struct tl_number read_number(const struct tl_value *value)
{
    for (;;) {
        /* acquire: the copy after the version that says it is valid */
        uint64_t version =
            atomic_load_explicit(&value->version, memory_order_acquire);
        uint64_t bits = atomic_load_explicit(&value->copies[version & 1].bits,
                                             memory_order_relaxed);
        struct tl_number n = {
            .is_float = atomic_load_explicit(
                &value->copies[version & 1].is_float, memory_order_relaxed)};
        /* acquire: the copy was read before this look */
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&value->version, memory_order_relaxed) !=
            version)
            continue;
        memcpy(&n.i, &bits, sizeof bits);
        return n;
    }
}

/* For the task that holds `writer`, or makes the value. */
static void write_number(struct tl_value *value, struct tl_number n)
{
    uint64_t version =
        atomic_load_explicit(&value->version, memory_order_relaxed);
    uint64_t other = (version + 1) & 1, bits;
    memcpy(&bits, &n.i, sizeof bits);
    /* release: a reader that sees any of this sees the version before, which
     * made this copy the invalid one */
    atomic_store_explicit(&value->copies[other].is_float, n.is_float,
                          memory_order_release);
    tl_fault();
    atomic_store_explicit(&value->copies[other].bits, bits,
                          memory_order_release);
    tl_fault();
    /* commit; release: pairs with the acquire in read_number */
    atomic_store_explicit(&value->version, version + 1, memory_order_release);
    tl_fault();
}

int tl_value_new(struct tl_handle *out, const char *name, struct tl_number n)
{
    int status;
    struct tl_value *value =
        tl_constructor_begin(out, TL_KIND_VALUE, name, 0, &status);
    if (!value)
        return status;
    tl_owner_init(&value->writer, value);
    write_number(value, n);
    return tl_constructor_finish(out, 0);
}

int tl_value_get(const struct tl_handle *handle, struct tl_number *n)
{
    int status = tl_enter(handle, TL_OP_VALUE_GET);
    if (status == TL_OK)
        *n = read_number(value_of(handle));
    return status;
}

/* Becomes the writer.  One that died left the number whole, so TL_ABANDONED is
 * not told. */
static int begin(const struct tl_handle *handle, enum tl_operation operation)
{
    int status = tl_enter(handle, operation);
    if (status < 0)
        return status;
    status = tl_owner_acquire(&value_of(handle)->writer, TL_FOREVER);
    return status < 0 ? status : TL_OK;
}

int tl_value_set(const struct tl_handle *handle, struct tl_number n)
{
    int status = begin(handle, TL_OP_VALUE_SET);
    return status < 0 ? status : tl_value_commit(handle, n);
}

static double as_float(struct tl_number n)
{
    return n.is_float ? n.f : (double)n.i;
}

int tl_value_add(const struct tl_handle *handle, struct tl_number *n)
{
    int status = begin(handle, TL_OP_VALUE_ADD);
    if (status < 0)
        return status;
    struct tl_number sum = read_number(value_of(handle));
    if (sum.is_float || n->is_float)
        sum = (struct tl_number){.is_float = true,
                                 .f = as_float(sum) + as_float(*n)};
    else
        /* integers wrap around, as in Lua */
        sum.i = (int64_t)((uint64_t)sum.i + (uint64_t)n->i);
    *n = sum;
    return tl_value_commit(handle, sum);
}

/* Equal as Lua has it: 1 and 1.0 are. */
static bool equal(struct tl_number a, struct tl_number b)
{
    if (a.is_float == b.is_float)
        return a.is_float ? a.f == b.f : a.i == b.i;
    int64_t i = a.is_float ? b.i : a.i;
    double f = a.is_float ? a.f : b.f;
    return floor(f) == f && f >= -0x1p63 && f < 0x1p63 && (int64_t)f == i;
}

int tl_value_compare_set(const struct tl_handle *handle, struct tl_number old,
                         struct tl_number new_, bool *set)
{
    int status = begin(handle, TL_OP_VALUE_COMPARE_SET);
    if (status < 0)
        return status;
    *set = equal(read_number(value_of(handle)), old);
    if (!*set)
        tl_world_in_vain();
    return *set ? tl_value_commit(handle, new_) : tl_value_cancel(handle);
}

int tl_value_begin(const struct tl_handle *handle, struct tl_number *n)
{
    int status = begin(handle, TL_OP_VALUE_UPDATE);
    if (status == TL_OK)
        *n = read_number(value_of(handle));
    return status;
}

int tl_value_commit(const struct tl_handle *handle, struct tl_number n)
{
    int status = tl_enter(handle, TL_OP_NONE);
    if (status < 0)
        return status;
    struct tl_value *value = value_of(handle);
    if (tl_owner_holder(&value->writer) != tl_task_id(tl_self))
        return TL_NOT_HOLDER;
    write_number(value, n);
    return tl_owner_release(&value->writer);
}

int tl_value_cancel(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_NONE);
    return status < 0 ? status : tl_owner_release(&value_of(handle)->writer);
}

void tl_value_describe(const struct tl_object *object, int side, char *text,
                       size_t size)
{
    const struct tl_value *value = (const struct tl_value *)object;
    struct tl_number n = read_number(value);
    (void)side;
    if (n.is_float)
        snprintf(text, size,
                 floor(n.f) == n.f && fabs(n.f) < 1e14 ? "%.1f" : "%.14g", n.f);
    else
        snprintf(text, size, "%lld", (long long)n.i);
}
