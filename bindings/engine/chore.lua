--- Chore: work that is too much for one call, done by the next ones, a bounded part each.
--
-- The list `chores` holds what is left, as netstrings: the chore's name, its arguments.  `engine.chores[name]` is
-- called with a budget of steps and the arguments; it returns how many it took and whether it has finished.  Between
-- two calls of it other requests run, so each part must leave every object whole.
--
-- Most requests find none.  So a space with some is noted in this Lua state, and only then a request looks; one that
-- has not been noted, since the server came back or took over as a replica, is looked at with every beat.
local engine = ...
local call, store = engine.call, engine.store

local chore = {}
engine.chore = chore

local noted = {} -- [space] = true
local here -- what is remembered of the space: has_chores, if it is noted
store.on_enter(function(memory)
  here = memory
  here.has_chores = noted[store.space()]
end)

local function note(is_some)
  noted[store.space()], here.has_chores = is_some, is_some
end

--- To be done from now on; `chore.fresh` is true until it was begun.
function chore.add(...)
  chore.fresh = true
  note(true)
  call("RPUSH", store.key "chores", store.pack{ ... })
end

-- Whether there is more.
local function run(key, budget)
  while true do
    local packed = call("LINDEX", key, "0")
    if not packed then return false end
    if budget <= 0 then return true end
    local list = store.unpack(packed)
    local used, finished = engine.chores[list[1]](budget, (unpack or table.unpack)(list, 2))
    budget = budget - math.max(used, 1)
    if finished then call("LPOP", key) end
  end
end

--- Does some of it.  Returns whether there is more.
function chore.run(budget)
  chore.fresh = false
  local more = run(store.key "chores", budget)
  note(more or nil)
  return more
end
