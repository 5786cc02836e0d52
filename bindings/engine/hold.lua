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
local touch, match = slot.touch, string.match

local hold = {}
engine.hold = hold

local COMES_AND_GOES = { lock = true, debt = true }

local function field(what, id, detail)
  return what .. " " .. id .. " " .. detail
end

-- ---- beside the slot ----

-- `held` of a place: the name of what stands beside its slot (false: nothing does; nil: it was not read yet), and
-- held_value.  They are written together with the slot: whose text is known then, too.
local function read(place)
  slot.text(place)
  local name, value = match(call("HGET", place.key, place.held_field) or "", "^([^=]*)=(.*)$")
  place.held, place.held_value = name or false, value
end

local function note(place, name, value)
  place.held, place.held_value, place.held_changed = name, value, true
  if not place.changed then touch(place) end
end

-- Whether nothing stands there, or something of an object that was removed.
local function is_free(place)
  local held = place.held
  return not held or not engine.object.load(match(held, " (%d+)"))
end

-- The place of a task that has a slot, for what may stand beside it.
local function beside(who, what)
  if not COMES_AND_GOES[what] then return nil end
  local place = slot.place_of(who)
  if not slot.text(place) then return nil end
  if place.held == nil then read(place) end
  return place
end

--- The name of what comes and goes: hold.put and hold.drop take it.
hold.name = field

--- A task has something, by the place of its slot.
function hold.put(place, name, value)
  if place.held == nil then read(place) end
  if place.text and (not place.held or is_free(place)) then
    note(place, name, value)
  else
    call("HSET", store.key("h", place.who), name, value)
  end
end

--- It has it no more.  Whether it had.
function hold.drop(place, name)
  if place.held == nil then read(place) end
  if place.held ~= name then return call("HDEL", store.key("h", place.who), name) == 1 end
  note(place, false)
  return true
end

-- ---- all that is held ----

function hold.set(who, what, id, detail, value)
  call("HSET", store.key("h", who), field(what, id, detail), value)
end

function hold.get(who, what, id, detail)
  local name, place = field(what, id, detail), beside(who, what)
  if place and place.held == name then return place.held_value end
  return call("HGET", store.key("h", who), name)
end

--- Whether it had it.
function hold.clear(who, what, id, detail)
  return call("HDEL", store.key("h", who), field(what, id, detail)) == 1
end

--- Counts what it has of a kind; never below 0.
function hold.count(who, what, id, n)
  local name, place = field(what, id, ""), beside(who, what)
  local stands = place and place.held == name
  if stands or place and n > 0 and is_free(place) then
    local sum = (stands and place.held_value or 0) + n
    note(place, sum > 0 and name, store.digits(sum))
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
