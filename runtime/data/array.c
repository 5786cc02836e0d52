#include "data/array.h"

#include <stdio.h>
#include <string.h>

#include "store/heap.h"
#include "store/constructor.h"
#include "store/handle.h"

static const struct {
    const char *name;
    uint32_t size;
    bool is_float;
    int64_t least, most; /* of integers; uint64 takes any bits */
} types[TL_ELEMENTS] = {
    [TL_INT8] = {"int8", 1, false, INT8_MIN, INT8_MAX},
    [TL_UINT8] = {"uint8", 1, false, 0, UINT8_MAX},
    [TL_INT16] = {"int16", 2, false, INT16_MIN, INT16_MAX},
    [TL_UINT16] = {"uint16", 2, false, 0, UINT16_MAX},
    [TL_INT32] = {"int32", 4, false, INT32_MIN, INT32_MAX},
    [TL_UINT32] = {"uint32", 4, false, 0, UINT32_MAX},
    [TL_INT64] = {"int64", 8, false, INT64_MIN, INT64_MAX},
    [TL_UINT64] = {"uint64", 8, false, INT64_MIN, INT64_MAX},
    [TL_FLOAT] = {"float", 4, true, 0, 0},
    [TL_DOUBLE] = {"double", 8, true, 0, 0},
};

static struct tl_array *array_of(const struct tl_handle *handle)
{
    return handle->object;
}

const char *tl_element_name(enum tl_element type)
{
    return types[type].name;
}

uint32_t tl_element_size(uint32_t type)
{
    return types[type].size;
}

int tl_array_new(struct tl_handle *out, const char *name, enum tl_element type,
                 uint64_t length)
{
    int status;
    if (length > UINT64_MAX / 16)
        return TL_TOO_LARGE;
    struct tl_array *array = tl_constructor_begin(
        out, TL_KIND_ARRAY, name, (uint64_t)type << 56 | length, &status);
    if (!array)
        return status;
    uint64_t size = length * types[type].size;
    status = tl_heap_take(&array->elements, size);
    if (status < 0) {
        tl_refs_reclaim_for(tl_self);
        return status;
    }
    memset(tl_at(array->elements), 0, size);
    array->type = type;
    array->length = length;
    return tl_constructor_finish(out, 0);
}

uint64_t tl_array_length(const struct tl_handle *handle)
{
    return handle->object ? array_of(handle)->length : 0;
}

enum tl_element tl_array_type(const struct tl_handle *handle)
{
    return handle->object ? (enum tl_element)array_of(handle)->type : TL_INT8;
}

/* The bits of element `index`, in the low bytes. */
static uint64_t load(const struct tl_array *array, uint64_t index)
{
    void *elements = tl_at(array->elements);
    switch (types[array->type].size) {
    case 1:
        return atomic_load((_Atomic uint8_t *)elements + index);
    case 2:
        return atomic_load((_Atomic uint16_t *)elements + index);
    case 4:
        return atomic_load((_Atomic uint32_t *)elements + index);
    default:
        return atomic_load((_Atomic uint64_t *)elements + index);
    }
}

static void store(const struct tl_array *array, uint64_t index, uint64_t bits)
{
    void *elements = tl_at(array->elements);
    switch (types[array->type].size) {
    case 1:
        atomic_store((_Atomic uint8_t *)elements + index, (uint8_t)bits);
        break;
    case 2:
        atomic_store((_Atomic uint16_t *)elements + index, (uint16_t)bits);
        break;
    case 4:
        atomic_store((_Atomic uint32_t *)elements + index, (uint32_t)bits);
        break;
    default:
        atomic_store((_Atomic uint64_t *)elements + index, bits);
    }
}

/* A compare and swap of element `index`, by its bits. */
static bool swap(const struct tl_array *array, uint64_t index, uint64_t old,
                 uint64_t new_)
{
    void *elements = tl_at(array->elements);
    uint8_t old8 = (uint8_t)old;
    uint16_t old16 = (uint16_t)old;
    uint32_t old32 = (uint32_t)old;
    switch (types[array->type].size) {
    case 1:
        return atomic_compare_exchange_strong(
            (_Atomic uint8_t *)elements + index, &old8, (uint8_t)new_);
    case 2:
        return atomic_compare_exchange_strong(
            (_Atomic uint16_t *)elements + index, &old16, (uint16_t)new_);
    case 4:
        return atomic_compare_exchange_strong(
            (_Atomic uint32_t *)elements + index, &old32, (uint32_t)new_);
    default:
        return atomic_compare_exchange_strong(
            (_Atomic uint64_t *)elements + index, &old, new_);
    }
}

static struct tl_number number_of(uint32_t type, uint64_t bits)
{
    struct tl_number n = {.is_float = types[type].is_float};
    float single;
    uint32_t low = (uint32_t)bits;
    switch (type) {
    case TL_FLOAT:
        memcpy(&single, &low, sizeof single);
        n.f = single;
        break;
    case TL_DOUBLE:
        memcpy(&n.f, &bits, sizeof bits);
        break;
    case TL_INT8:
        n.i = (int8_t)bits;
        break;
    case TL_INT16:
        n.i = (int16_t)bits;
        break;
    case TL_INT32:
        n.i = (int32_t)bits;
        break;
    default:
        n.i = (int64_t)bits;
    }
    return n;
}

static uint64_t bits_of(uint32_t type, struct tl_number n)
{
    uint64_t bits = 0;
    float single = (float)n.f;
    if (type == TL_FLOAT)
        memcpy(&bits, &single, sizeof single);
    else
        memcpy(&bits, &n.i, sizeof bits);
    return bits;
}

/* Makes *n a number of the type; false: it does not fit. */
static bool convert(uint32_t type, struct tl_number *n)
{
    if (types[type].is_float) {
        if (!n->is_float)
            *n = (struct tl_number){.is_float = true, .f = (double)n->i};
        return true;
    }
    if (n->is_float) {
        if (!(n->f >= -0x1p63 && n->f < 0x1p63) ||
            (double)(int64_t)n->f != n->f)
            return false;
        *n = (struct tl_number){.i = (int64_t)n->f};
    }
    return n->i >= types[type].least && n->i <= types[type].most;
}

int tl_array_get(const struct tl_handle *handle, uint64_t index,
                 struct tl_number *n)
{
    int status = tl_enter_at(handle, TL_OP_ARRAY_GET, index);
    if (status < 0)
        return status;
    struct tl_array *array = array_of(handle);
    *n = number_of(array->type, load(array, index));
    return TL_OK;
}

static int set(struct tl_array *array, uint64_t index, struct tl_number n)
{
    if (!convert(array->type, &n))
        return TL_OVER;
    store(array, index, bits_of(array->type, n));
    return TL_OK;
}

int tl_array_set(const struct tl_handle *handle, uint64_t index,
                 struct tl_number n)
{
    int status = tl_enter_at(handle, TL_OP_ARRAY_SET, index);
    return status < 0 ? status : set(array_of(handle), index, n);
}

int tl_array_fill(const struct tl_handle *handle, uint64_t index,
                  struct tl_number n)
{
    int status = tl_enter(handle, TL_OP_NONE);
    return status < 0 ? status : set(array_of(handle), index, n);
}

/* Integers of 64 bits wrap around, as in Lua; of fewer, the sum must fit. */
static bool add(uint32_t type, struct tl_number a, struct tl_number b,
                struct tl_number *sum)
{
    if (a.is_float || b.is_float) {
        double x = a.is_float ? a.f : (double)a.i;
        double y = b.is_float ? b.f : (double)b.i;
        *sum = (struct tl_number){.is_float = true, .f = x + y};
    } else {
        *sum =
            (struct tl_number){.i = (int64_t)((uint64_t)a.i + (uint64_t)b.i)};
    }
    return convert(type, sum);
}

int tl_array_add(const struct tl_handle *handle, uint64_t index,
                 struct tl_number *n)
{
    int status = tl_enter_at(handle, TL_OP_ARRAY_ADD, index);
    if (status < 0)
        return status;
    struct tl_array *array = array_of(handle);
    struct tl_number sum;
    uint64_t old;
    do {
        old = load(array, index);
        if (!add(array->type, number_of(array->type, old), *n, &sum))
            return TL_OVER;
    } while (!swap(array, index, old, bits_of(array->type, sum)));
    *n = number_of(array->type, bits_of(array->type, sum));
    return TL_OK;
}

void tl_array_describe(const struct tl_object *object, int side, char *text,
                       size_t size)
{
    const struct tl_array *array = (const struct tl_array *)object;
    (void)side;
    snprintf(text, size, "%llu elements, %s", (unsigned long long)array->length,
             types[array->type].name);
}

void tl_array_destroy(struct tl_object *object)
{
    tl_heap_release(&((struct tl_array *)object)->elements, 0);
}
