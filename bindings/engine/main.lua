--- Main: a request comes in, its answer goes out; see bindings/docs/engine.md.
--
-- Each request goes through here: so what is global is looked up once, as the server makes that dear, and nothing is
-- made that is not needed.
local engine = ...
local redis, store, slot, object, chore = engine.redis, engine.store, engine.slot, engine.object, engine.chore
local LIMIT = engine.LIMIT
local unpack, select, tonumber, match = unpack or table.unpack, select, tonumber, string.match

-- Runs the numbered op that the list has at a place, its arguments behind: status, fields.
local function run(me, args, at)
  local op = args[at]
  local row = engine.ops[op]
  if not row then return "error", { "the engine knows no operation " .. tostring(op) } end
  me.op = op
  if not row.kinds then return row.run(me, nil, unpack(args, at + 1)) end
  local id = args[at + 1]
  local o = id and object.load(id)
  if not o then return "removed" end
  if not row.kinds[o.kind] then return "error", { ("%s is no %s"):format(object.title(o), op) } end
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

local function run_under(me, args)
  local count = tonumber(args[5])
  local which = moved_on(count, unpack(args, 6))
  if which then return "lost", { which .. " is not held under this token any more" } end
  return run(me, args, 6 + 2 * count)
end

-- Why a request is not run whose slot has that number and status; nil: it is its turn.
local function out_of_turn(me, key, last, status)
  if status == "" and redis.call("HEXISTS", key, "open") == 0 then return ":lost:0:" end
  local ahead = me.seq - last
  if ahead <= 0 then return ":old:" end
  if ahead > 1 then return ":forgot:" .. store.pack{ last } end
  if status == "wait" then
    return ":error:" .. store.pack{ "the task's request before is still waiting: cancel it first" }
  end
end

-- Its task has been told that its time has run out: so it is not done.
local function come_late(me, args)
  local op = args[4]
  local o = engine.late[op] and object.load(args[5])
  if o and engine.ops[op].kinds[o.kind] then engine.late[op](me, o) end
  return "late", { store.milliseconds() }
end

local function numbered(me, args)
  local key, field, seq = store.key("s", me.session), "t" .. me.task, me.seq
  local text = redis.call("HGET", key, field)
  local last, status = match(text or "0:", "^(%d+):(%a*)")
  if last == seq then return slot.shown(text) end
  local refusal = out_of_turn(me, key, last, status)
  if refusal then return seq .. refusal end
  local fields
  if store.is_over(me.good_until) then
    status, fields = come_late(me, args)
  elseif args[4] == "under" then
    status, fields = run_under(me, args)
  else
    status, fields = run(me, args, 4)
  end
  if status == "wait" then return seq .. ":wait:" end
  local answer = seq .. ":" .. status .. ":" .. store.pack(fields)
  redis.call("HSET", key, field, answer)
  if me.rings then redis.call("RPUSH", store.key("m", me.session) .. "." .. me.task, me.task .. "!:" .. answer) end
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

--- The function of the library: keys { "tl:{SPACE}:" }, args { SESSION, TASK, SEQ, OP, ... } -> "SEQ:STATUS:FIELDS".
function engine.main(keys, args, call)
  redis.call = call
  if not store.enter(keys[1]) then return "0:error:" .. store.pack{ "no space is named" } end
  local session, seq, good_until = args[1], args[3], nil
  local owner, inner, mark = match(args[2] or "", "^(%d+)([%d.]*)([+!]?)$")
  if seq and not match(seq, "^%d+$") then seq, good_until = match(seq, "^(%d+)@(%d+)$") end
  if not owner or not seq then
    return "0:error:" .. store.pack{ "SESSION TASK SEQ OP are expected" }
  end
  local me = {
    session = session, task = inner == "" and owner or owner .. inner, seq = seq, own = mark ~= "", rings = mark == "!",
    who = session .. "." .. owner, good_until = good_until,
  }
  object.forget()
  chore.go_on(LIMIT)
  local answer = (seq == "0" or args[4] == "cancel") and unnumbered(me, args) or numbered(me, args)
  if chore.fresh then chore.run(LIMIT) end
  object.save()
  return answer
end
