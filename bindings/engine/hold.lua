--- Hold: what a task has: locks, seats, items, places; so that its end is handled in one place.
--
-- The hash h<SESSION>.<TASK> has a field "WHAT ID DETAIL" for each.  What becomes of it at the task's end is
-- `engine.died[WHAT](who, id, detail, value)`.  What a session has as a whole is held by its task 0.
local engine = ...
local call, store = engine.call, engine.store

local hold = {}
engine.hold = hold

local function field(what, id, detail)
  return what .. " " .. id .. " " .. detail
end

function hold.set(who, what, id, detail, value)
  call("HSET", store.key("h", who), field(what, id, detail), value)
end

function hold.get(who, what, id, detail)
  return call("HGET", store.key("h", who), field(what, id, detail))
end

--- Whether it had it.
function hold.clear(who, what, id, detail)
  return call("HDEL", store.key("h", who), field(what, id, detail)) == 1
end

--- Counts what it has of a kind; never below 0.
function hold.count(who, what, id, n)
  local key, name = store.key("h", who), field(what, id, "")
  if call("HINCRBY", key, name, n == 1 and "1" or store.digits(n)) <= 0 then call("HDEL", key, name) end
end

--- All that a task has: { what, id, detail, value }, at most `most` of them.
function hold.some(who, most)
  local flat = call("HRANDFIELD", store.key("h", who), most, "WITHVALUES")
  local list = {}
  for i = 1, #flat, 2 do
    local what, id, detail = flat[i]:match "^(%S+) (%S*) (.*)$"
    list[#list + 1] = { what = what, id = id, detail = detail, value = flat[i + 1] }
  end
  return list
end

--- Gives back all that a dead task had, as far as the budget goes.
engine.chores.bury = function(budget, who, person)
  local list = hold.some(who, budget)
  for _, held in ipairs(list) do
    if hold.clear(who, held.what, held.id, held.detail) then
      engine.died[held.what](who, held.id, held.detail, held.value, person)
    end
  end
  return #list, #list < budget
end
