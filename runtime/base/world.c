#include "base/world.h"

const struct tl_world *tl_world;
