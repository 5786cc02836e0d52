-- The two places where a space's objects can be: on this machine, and on a server of the spec's own.  The specs of
-- spec/remote run every case in both, with what makes an object from this table:
--
--   for _, at in ipairs(both) do describe("a lock, " .. at.where, function() ... at.lock() ... end) end
--
-- at.where     "near" or "far"
-- at.space()   the space
-- at.KIND(...) a new object with a name of its own: what follows the name in the space's constructor
-- at.title(object)     what errors call it, as a pattern
-- both.missing         why there is the near one alone: no server is installed
-- at.fresh(kind)       a name that no object has
local ipc = require "tidelock"

local KINDS = { "barrier", "condition", "event", "latch", "lock", "pipe", "queue", "rlock", "rwlock", "semaphore",
  "table", "value" }

local KEPT = debug.getregistry() -- busted gives each file modules of its own
local SERIAL = "spec.support.both.serial"

local function escaped(text) return (text:gsub("%p", "%%%0")) end

local function place(where, space, title)
  local at = { where = where, far = where == "far", space = space, title = title }
  function at.fresh(kind)
    KEPT[SERIAL] = (KEPT[SERIAL] or 0) + 1
    return ("%s-%d-%d"):format(kind, ipc.getpid(), KEPT[SERIAL])
  end
  for _, kind in ipairs(KINDS) do
    at[kind] = function(...) return at.space()[kind](at.fresh(kind), ...) end
  end
  return at
end

local near = place("near", function() return dofile "spec/support/space.lua" end, function(object)
  return "^" .. escaped(tostring(object):match '^%w+#%d+ "[^"]*"' or tostring(object):match "^%w+#%d+")
end)
-- a space of this machine has no pipes
function near.pipe(...) return ipc.pipe(...) end

local engine = dofile "spec/support/engine.lua"

local far_space
local far = place("far", function()
  far_space = far_space or ipc.open(engine.shared():address "specs")
  return far_space
end, function(object)
  return "^" .. escaped(tostring(object):match '^%w+ "[^"]*" at [^ ]*specs')
end)

return engine.missing and { near, missing = engine.missing } or { near, far }
