--- Cycle: finds out that a wait would close a cycle of waits, over hosts.
--
-- `engine.holders[KIND](o)` tells which tasks can end a wait for an object: a list, and whether all of them would have
-- to be stuck (seats: one is enough to go on) or one of them (a lock, a reader).  From these the search follows what
-- they wait for themselves, until it comes back to the task that asks.
--
-- No false report: requests run one at a time, so all that is read is so at one moment.  Only waits without a deadline
-- count (MAY "1"): others end by themselves.  A search takes MOST steps, and then finds nothing.
local engine = ...
local slot = engine.slot
local MOST = 64

local cycle = {}
engine.cycle = cycle

-- What a task waits for without a deadline: in its slot, and in those of the callbacks that run inside of its wait.
local function waits_of(who)
  local list, place = {}, slot.place_of(who)
  while place do
    local record = slot.record_in(place)
    place = slot.inner(place)
    if record and record.may == "1" then list[#list + 1] = record end
  end
  return list
end

local through

-- The way from an object back to the task: { { who, holds, wants } ... }, the last of the task itself; nil: none.  And
-- whether that rests on an object from which the search is on its way: who waits for that is stuck if the rest is.
local function look_back(search, o)
  local holders_of = engine.holders[o.kind]
  if not holders_of then return nil end
  local holders, all = holders_of(o)
  local found, open, beside = nil, false, {}
  for _, holder in ipairs(holders) do
    local way, rests, step = through(search, o, holder)
    if way and not all then return way, rests end
    if not way and not rests and all then return nil end
    open = open or rests
    local first = way and way[1] or step
    if way and not found then found = way elseif first and first.wants then beside[#beside + 1] = first end
  end
  if not found then return nil, open end
  -- all of them are told of; the way goes through one
  for _, step in ipairs(beside) do table.insert(found, 1, step) end
  return found, open
end

-- search.ways has the ways that are known, false where there is none, and true from where the search is on its way.
local function way_back(search, o)
  local known = search.ways[o.id]
  if known == true then return nil, true end
  if known ~= nil then return known or nil end
  search.steps = search.steps + 1
  if search.steps > MOST then return nil end
  search.ways[o.id] = true
  local way, rests = look_back(search, o)
  search.ways[o.id] = nil
  if not rests then search.ways[o.id] = way or false end
  return way, rests
end

-- Who waits for a seat beside his own waits for somebody else's gift.
through = function(search, o, holder)
  if holder == search.me then return { { who = holder, holds = o } } end
  local open
  for _, record in ipairs(waits_of(holder)) do
    local wanted = record.id ~= o.id and engine.object.load(record.id)
    if wanted then
      local way, rests = way_back(search, wanted)
      local step = { who = holder, holds = o, wants = wanted }
      if way then return { step, (unpack or table.unpack)(way) }, rests end
      if rests then open = open or step end
    end
  end
  return nil, open ~= nil, open
end

local function part(who, holds, wants, is_first, asker)
  local title = engine.object.title
  return ("%s holds %s and wants %s"):format(engine.session.person(who, asker), title(holds, not is_first),
    title(wants, true))
end

-- Whether the one who has it goes on; nobody looks further then, which is mostly so.
local function goes_on(owner)
  local place = slot.place_of(owner)
  if place.inner == false and place.text and place.status ~= "wait" then return true end
  return not slot.record_in(place) and not slot.inner(place)
end

--- The cycle that a wait of this task for the object would close, in words; nil: none.
function cycle.find(me, o)
  if o.owner and goes_on(o.owner) then return nil end
  local way = way_back({ me = me.who, ways = {}, steps = 0 }, o)
  if not way then return nil end
  local own = table.remove(way)
  local parts = { part(me.who, own.holds, o, true, me.session) }
  for _, step in ipairs(way) do parts[#parts + 1] = part(step.who, step.holds, step.wants, false, me.session) end
  return "deadlock: " .. table.concat(parts, "; ")
end
