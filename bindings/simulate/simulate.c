#include "simulate/simulate.h"

#include "simulate/chance.h"
#include "simulate/file_points.h"
#include "simulate/outside.h"
#include "simulate/sorted_pairs.h"
#include "simulate/space_points.h"

void simulate_open(lua_State *L)
{
    sorted_pairs_open(L);
    chance_open(L);
    file_points_open(L);
    space_points_open(L);
    outside_open(L);
}

void simulate_seed(lua_State *L)
{
    chance_seed(L);
}
