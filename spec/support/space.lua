-- A space for the specs that need one and are not about spaces: a program can have 15 open, for its life, and all specs
-- run in one.  Its file is gone at once; what is in it goes on.  A spec's names begin with its own, as in "any-q".
-- It is kept in the registry, since busted gives each file a package.loaded of its own.
local ipc = require "tidelock"
local KEPT = debug.getregistry()
local KEY = "spec.support.space"

if not KEPT[KEY] then
  local space = ipc.open("specs-" .. ipc.getpid())
  space:remove()
  KEPT[KEY] = space
end
return KEPT[KEY]
