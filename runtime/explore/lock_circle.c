#include "explore/lock_circle.h"

#include <string.h>

#define EDGES_MOST 5000 /* that one search looks at */

struct search {
    const struct tl_lock_edge *path[TL_LOCK_CIRCLE_MOST];
    unsigned length; /* of the circle that is looked for */
    unsigned left;   /* edges that may be looked at */
    bool found;
    tl_lock_circle_told *told;
};

static uint32_t from_of(const struct tl_lock_edge *edge)
{
    return edge->held[0];
}

/* ---- whether a circle can come to be ---- */

static bool reads(const struct tl_lock_edge *edge, unsigned held)
{
    return edge->reads >> held & 1;
}

/* Where it is in what the edge holds, or held_count. */
static unsigned find_held(const struct tl_lock_edge *edge, uint32_t node)
{
    unsigned i = 0;
    while (i < edge->held_count && edge->held[i] != node)
        i++;
    return i;
}

/* Whether fewer tasks can hold this at a time than would on the path. */
static bool keeps_out(const struct search *search, unsigned depth,
                      const struct tl_lock_edge *edge, unsigned held)
{
    uint32_t node = edge->held[held], others = 0;
    bool shared = tl_lock_node_at(node)->kind == TL_KIND_SEMAPHORE;
    for (unsigned i = 0; i < depth; i++) {
        const struct tl_lock_edge *other = search->path[i];
        unsigned at = find_held(other, node);
        if (at == other->held_count)
            continue;
        if (!shared && !(reads(edge, held) && reads(other, at)))
            return true;
        others++;
    }
    return shared && others > 0 && others >= tl_lock_node_at(node)->seats;
}

static bool has_gate(const struct search *search, unsigned depth,
                     const struct tl_lock_edge *edge)
{
    for (unsigned held = 0; held < edge->held_count; held++)
        if (keeps_out(search, depth, edge, held))
            return true;
    return false;
}

static bool fits(const struct search *search, unsigned depth,
                 const struct tl_lock_edge *edge)
{
    for (unsigned i = 0; i < depth; i++) {
        const struct tl_lock_edge *other = search->path[i];
        if (i > 0 && from_of(other) == edge->to)
            return false;
        /* of one task they always are */
        if (tl_lock_graph_ordered(other->segment, edge->segment))
            return false;
    }
    const struct tl_lock_edge *before = search->path[depth - 1];
    return !(before->to_read && reads(edge, 0)) &&
           !has_gate(search, depth, edge);
}

/* ---- the search ---- */

/* Of the set of its locks, in whatever order. */
static uint64_t sum_of(const struct search *search)
{
    uint64_t sum = search->length;
    for (unsigned i = 0; i < search->length; i++) {
        uint64_t z = from_of(search->path[i]) * UINT64_C(0x9e3779b97f4a7c15);
        sum += (z ^ z >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    }
    return sum;
}

static bool is_told(uint64_t sum)
{
    struct tl_lock_graph *graph = tl_lock_graph;
    for (uint32_t i = 0; i < graph->told_count; i++)
        if (graph->told[i] == sum)
            return true;
    if (graph->told_count < TL_LOCK_GRAPH_TOLD)
        graph->told[graph->told_count++] = sum;
    /* where there is no room it is better not told than again and again */
    else
        return true;
    return false;
}

/* The oldest edge first. */
static void tell(struct search *search)
{
    const struct tl_lock_edge *circle[TL_LOCK_CIRCLE_MOST];
    unsigned first = 0;
    search->found = true;
    if (is_told(sum_of(search)))
        return;
    for (unsigned i = 1; i < search->length; i++)
        if (search->path[i] < search->path[first])
            first = i;
    for (unsigned i = 0; i < search->length; i++)
        circle[i] = search->path[(first + i) % search->length];
    search->told(circle, search->length);
}

static bool closes(const struct search *search, const struct tl_lock_edge *edge)
{
    const struct tl_lock_edge *first = search->path[0];
    return edge->to == from_of(first) && !(edge->to_read && reads(first, 0));
}

/* The path has `depth` edges. */
static void extend(struct search *search, unsigned depth)
{
    uint32_t node = search->path[depth - 1]->to;
    uint32_t n = tl_lock_node_at(node)->first;
    for (; n && search->left > 0; n = tl_lock_edge_at(n)->next) {
        const struct tl_lock_edge *edge = tl_lock_edge_at(n);
        bool last = depth + 1 == search->length;
        search->left--;
        if (last != (edge->to == from_of(search->path[0])) ||
            !fits(search, depth, edge))
            continue;
        search->path[depth] = edge;
        if (!last)
            extend(search, depth + 1);
        else if (closes(search, edge))
            tell(search);
    }
}

/* Whether any path leads there, which is rare, and costs each edge a look. */
static bool leads_to(uint32_t node, uint32_t end)
{
    uint64_t seen[TL_LOCK_GRAPH_NODES / 64 + 1] = {0};
    uint32_t stack[TL_LOCK_GRAPH_NODES], count = 0;
    stack[count++] = node;
    seen[node / 64] |= UINT64_C(1) << node % 64;
    while (count > 0) {
        uint32_t n = tl_lock_node_at(stack[--count])->first;
        for (; n; n = tl_lock_edge_at(n)->next) {
            uint32_t to = tl_lock_edge_at(n)->to;
            if (to == end)
                return true;
            if (seen[to / 64] >> to % 64 & 1)
                continue;
            seen[to / 64] |= UINT64_C(1) << to % 64;
            stack[count++] = to;
        }
    }
    return false;
}

void tl_lock_circle_look(uint32_t edge, tl_lock_circle_told *told)
{
    struct search search = {.path = {tl_lock_edge_at(edge)}, .told = told};
    if (!leads_to(search.path[0]->to, from_of(search.path[0])))
        return;
    search.left = EDGES_MOST;
    for (search.length = 2;
         search.length <= TL_LOCK_CIRCLE_MOST && !search.found; search.length++)
        extend(&search, 1);
}
