--- Main: a request comes in, its answer goes out; see bindings/docs/engine.md.
--
-- Each request goes through here: so what is global is looked up once, as the server makes that dear, and nothing is
-- made that is not needed.
local engine = ...
local call, store, slot, object, chore = engine.call, engine.store, engine.slot, engine.object, engine.chore
local read, write, load, ops, begin, finish = slot.text, slot.write, object.load, engine.ops, store.begin, store.finish
local LIMIT = engine.LIMIT
local unpack, select, tonumber, match, find = unpack or table.unpack, select, tonumber, string.match, string.find

-- Runs the numbered op that the list has at a place, its arguments behind: status, fields.
local function run(me, args, at)
  local op = args[at]
  local row = ops[op]
  if not row then return "error", { "the engine knows no operation " .. tostring(op) } end
  local kinds = row.kinds
  if not kinds then
    me.op = op
    return row.run(me, nil, unpack(args, at + 1))
  end
  local id = args[at + 1]
  local o = id and load(id)
  if not o then return "removed" end
  if not kinds[o.kind] then return "error", { ("%s is no %s"):format(object.title(o), op) } end
  me.op = op
  return row.run(me, o, unpack(args, at + 2))
end

--- Whether the locks are held by these tokens: nil, or which is not.
local function moved_on(count, ...)
  for i = 1, 2 * count, 2 do
    local id, token = select(i, ...)
    local o = object.load(id)
    if not o or not o.owner or o.token ~= token then return o and object.title(o) or "lock#" .. id end
  end
end

engine.define("under", nil, function(me, _, count, ...)
  count = tonumber(count)
  local which = moved_on(count, ...)
  if which then return "lost", { which .. " is not held under this token any more" } end
  return run(me, { ... }, 1 + 2 * count)
end)

-- Why a request is not run whose slot has that number and status (nil: there is no slot); nil: it is its turn.
local function out_of_turn(me, last, status)
  if not status and call("HEXISTS", me.place.key, "open") == 0 then
    return ":lost:" .. store.pack(engine.session.lost())
  end
  local ahead = me.seq - last
  if ahead <= 0 then return ":old:" end
  if ahead > 1 then return ":forgot:" .. store.pack{ last } end
  if status == "wait" then
    return ":error:" .. store.pack{ "the task's request before is still waiting: cancel it first" }
  end
end

-- Its task has been told that its time has run out: so it is not done.  What gives back is, and is answered as ever:
-- where the clock has leapt, what is late is sent once more.
local function come_late(me, args)
  local op = args[4]
  if engine.anyway[op] then return run(me, args, 4) end
  local late = engine.late[op]
  local o = late and object.load(args[5])
  if o and ops[op].kinds[o.kind] then late(me, o, unpack(args, 6)) end
  return "late", { store.milliseconds() }
end

local function numbered(me, args)
  local place, seq = me.place, me.seq
  if place.text == nil then read(place) end
  local last, status = place.seq, place.status
  if last == seq then return slot.shown(place.text) end
  if not status or status == "wait" or seq - last ~= 1 then
    local refusal = out_of_turn(me, last or "0", status)
    if refusal then return seq .. refusal end
  end
  local fields
  local moment = me.good_until
  if moment and store.is_over(moment) then
    status, fields = come_late(me, args)
  else
    status, fields = run(me, args, 4)
  end
  if status == "wait" then return seq .. ":wait:" end
  local answer = write(place, seq, status, fields)
  if me.rings then call("RPUSH", place.own_bells, place.task .. "!:" .. answer) end
  return answer
end

local function unnumbered(me, args)
  local run_it = engine.unnumbered[args[4]]
  if not run_it then
    return me.seq .. ":error:" .. store.pack{ "the engine knows no operation " .. tostring(args[4]) }
  end
  local status, fields = run_it(me, unpack(args, 5))
  return me.seq .. ":" .. status .. ":" .. store.pack(fields)
end

-- Who asks, by session and what it says of its task: what never changes of it, so that it is put together once.
store.on_enter(function(memory)
  memory.callers = memory.callers or {}
end)

local function make_caller(callers, session, text)
  local owner, inner, mark = match(text, "^(%d+)([%d.]*)([+!]?)$")
  if not owner then return nil end
  local place = slot.place(session, owner .. inner)
  local me = {
    place = place, session = session, task = place.task, who = place.who, own = mark ~= "", rings = mark == "!",
  }
  store.remember()
  callers[session] = callers[session] or {}
  callers[session][text] = me
  return me
end

--- The function of the library: keys { "tl:{SPACE}:" }, args { SESSION, TASK, SEQ, OP, ... } -> "SEQ:STATUS:FIELDS".
function engine.main(keys, args)
  local session, text, seq = args[1], args[2], args[3]
  local memory = begin(keys[1], session, args[4])
  if not memory then return "0:error:" .. store.pack{ "no space is named" } end
  local of_session = memory.callers[session]
  local me = of_session and of_session[text] or text and make_caller(memory.callers, session, text)
  local good_until
  if seq and not find(seq, "^%d+$") then seq, good_until = match(seq, "^(%d+)@(%d+)$") end
  if not me or not seq then
    return "0:error:" .. store.pack{ "SESSION TASK SEQ OP are expected" }
  end
  me.seq, me.good_until = seq, good_until
  if memory.has_chores then chore.run(LIMIT) end
  local answer = (seq == "0" or args[4] == "cancel") and unnumbered(me, args) or numbered(me, args)
  if chore.fresh then chore.run(LIMIT) end
  finish()
  return answer
end
