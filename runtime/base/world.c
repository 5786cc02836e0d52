#include "base/world.h"

_Thread_local const struct tl_world *tl_world;
