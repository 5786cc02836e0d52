--- Hold: what a task has: locks, seats, items, places; so that its end is handled in one place.
--
-- The hash h<SESSION>.<TASK> has a field "WHAT ID DETAIL" for each.  What becomes of it at the task's end is
-- `engine.died[WHAT](who, id, detail, value)`.  What a session has as a whole is held by its task 0.
--
-- One that comes and goes, such as a lock, stands beside the task's slot, as "WHAT ID =VALUE" in the field k<TASK> of
-- the session's hash (empty: none does), and is written together with the slot.  Where it is taken by another, the
-- next is in the first hash.
local engine = ...
local call, store, slot = engine.call, engine.store, engine.slot
local match = string.match

local hold = {}
engine.hold = hold

local COMES_AND_GOES = { lock = true, debt = true }

local function field(what, id, detail)
  return what .. " " .. id .. " " .. detail
end

-- ---- beside the slot ----

local function note(place, name, value)
  place.held, place.held_value, place.held_text = name, value, name and name .. "=" .. value or ""
  slot.touch_held(place)
end

-- The name of what stands beside a slot; nil: nothing does, or something of an object that was removed.
local function name_beside(place)
  if place.held_text == nil then
    place.held_text = call("HGET", place.key, place.held_field) or ""
    place.held, place.held_value = match(place.held_text, "^([^=]*)=(.*)$")
  end
  return place.held
end

-- Where something of that name stands, or could: the place of the slot, and whether it does; nil: it cannot.
local function beside(who, what, name)
  if not COMES_AND_GOES[what] then return nil end
  local place = slot.place_of(who)
  if not slot.text(place) then return nil end
  local there = name_beside(place)
  if there == name then return place, true end
  if there and engine.object.load(match(there, " (%d+)")) then return nil end
  return place, false
end

-- ---- all that is held ----

function hold.set(who, what, id, detail, value)
  local name = field(what, id, detail)
  local place = beside(who, what, name)
  if place then note(place, name, value) else call("HSET", store.key("h", who), name, value) end
end

function hold.get(who, what, id, detail)
  local name = field(what, id, detail)
  local place, stands = beside(who, what, name)
  if stands then return place.held_value end
  return call("HGET", store.key("h", who), name)
end

--- Whether it had it.
function hold.clear(who, what, id, detail)
  local name = field(what, id, detail)
  local place, stands = beside(who, what, name)
  if not stands then return call("HDEL", store.key("h", who), name) == 1 end
  note(place, nil)
  return true
end

--- Counts what it has of a kind; never below 0.
function hold.count(who, what, id, n)
  local name = field(what, id, "")
  local place, stands = beside(who, what, name)
  if place and (stands or n > 0) then
    local sum = (stands and place.held_value or 0) + n
    if sum > 0 then note(place, name, store.digits(sum)) else note(place, nil) end
    return
  end
  local key = store.key("h", who)
  if call("HINCRBY", key, name, n == 1 and "1" or store.digits(n)) <= 0 then call("HDEL", key, name) end
end

--- What stood beside a slot that has gone (a text; nil: nothing) is with the rest.
function hold.keep(who, text)
  local name, value = match(text or "", "^([^=]*)=(.*)$")
  local key = store.key("h", who)
  if name and call("HSETNX", key, name, value) == 0 then call("HINCRBY", key, name, value) end
end

--- The same as a row of hold.some; nil: nothing.
function hold.of_text(text)
  local what, id, detail, value = match(text or "", "^(%S+) (%S*) ([^=]*)=(.*)$")
  return what and { what = what, id = id, detail = detail, value = value }
end

--- All that a task has beside that: { what, id, detail, value }, at most `most` of them.
function hold.some(who, most)
  local flat = call("HRANDFIELD", store.key("h", who), most, "WITHVALUES")
  local list = {}
  for i = 1, #flat, 2 do
    local what, id, detail = match(flat[i], "^(%S+) (%S*) (.*)$")
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
