#include "park/due.h"

_Thread_local _Atomic unsigned tl_due = TL_DUE_FOREIGN;
