-- The places where an object can be: without a name, in a space of this machine, and on a server of the spec's own.  A
-- case runs in each of them, with what makes an object from this table:
--
--   for _, at in ipairs(both.all) do describe("a lock, " .. at.where, function() ... at.lock() ... end) end
--
-- both.all             of what holds everywhere
-- both.here            of what holds on this machine alone: its memory, lifetimes, deaths between two stores
-- both[1], both[2]     the two that are spaces
-- both.unnamed         the first of all; both.missing: why there is no server
--
-- at.where             "unnamed", "near" or "far"; at.far: whether it is the last
-- at.space()           the space; an unnamed object has none
-- at.KIND(...)         a new object, in a space with a name of its own: what follows the name in the constructor; pipes
--                      of this machine have none
-- at.named(kind, name, options)     one that errors tell by its name
-- at.title(object)     what errors call it, as a pattern
-- at.fresh(kind)       a name that no object has
-- at.times(n)          n, or as much less as a request takes longer than an operation here, and 4 at least
local ipc = require "tidelock"

local KINDS = { "barrier", "condition", "event", "latch", "lock", "pipe", "queue", "rlock", "rwlock", "semaphore",
  "table", "value" }
-- the share of n that a case makes far
local SLOWER = 25

local KEPT = debug.getregistry() -- busted gives each file modules of its own
local SERIAL = "spec.support.both.serial"

local function escaped(text) return (text:gsub("%p", "%%%0")) end

local function fresh(kind)
  KEPT[SERIAL] = (KEPT[SERIAL] or 0) + 1
  return ("%s-%d-%d"):format(kind, ipc.getpid(), KEPT[SERIAL])
end

local function of_this_machine(object)
  local text = tostring(object)
  return "^" .. escaped(text:match '^%w+#%d+ "[^"]*"' or text:match "^%w+#%d+")
end

local function as_given(n) return n end

local unnamed = { where = "unnamed", title = of_this_machine, times = as_given, fresh = fresh }
for _, kind in ipairs(KINDS) do unnamed[kind] = ipc[kind] end
function unnamed.named(kind, name, options)
  local all = { name = name }
  for key, value in pairs(options or {}) do all[key] = value end
  return ipc[kind](all)
end

local function of_space(where, space, title, times)
  local at = { where = where, far = where == "far", space = space, title = title, times = times, fresh = fresh }
  for _, kind in ipairs(KINDS) do
    at[kind] = function(...) return at.space()[kind](at.fresh(kind), ...) end
  end
  function at.named(kind, name, options) return at.space()[kind](name, table.unpack{ options }) end
  return at
end

local near = of_space("near", function() return dofile "spec/support/space.lua" end, of_this_machine, as_given)
near.pipe = ipc.pipe

local engine = dofile "spec/support/engine.lua"

local far_space
local far = of_space("far", function()
  far_space = far_space or ipc.open(engine.shared():address "specs")
  return far_space
end, function(object)
  return "^" .. escaped(tostring(object):match '^%w+ "[^"]*" at [^ ]*specs')
end, function(n) return math.max(4, n // SLOWER) end)

if engine.missing then far = nil end
return { near, far, all = { unnamed, near, far }, here = { unnamed, near }, unnamed = unnamed,
  missing = engine.missing }
