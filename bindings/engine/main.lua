--- Main: a request comes in, its answer goes out; see bindings/docs/engine.md.
local engine = ...
local redis, store, slot = engine.redis, engine.store, engine.slot
local LIMIT = engine.LIMIT

-- Runs a numbered op: status, fields.
local function run(me, op, ...)
  local row = engine.ops[op]
  if not row then return "error", { "the engine knows no operation " .. tostring(op) } end
  me.op = op
  if not row.kinds then return row.run(me, nil, ...) end
  local id = ...
  local o = id and engine.object.load(id)
  if not o then return "removed" end
  if not row.kinds[o.kind] then return "error", { ("%s is no %s"):format(engine.object.title(o), op) } end
  return row.run(me, o, select(2, ...))
end

--- Whether the locks are held by these tokens: nil, or which is not.
local function moved_on(count, ...)
  for i = 1, 2 * count, 2 do
    local id, token = select(i, ...)
    local o = engine.object.load(id)
    if not o or not o.owner or o.token ~= token then return o and engine.object.title(o) or "lock#" .. id end
  end
end

function engine.run_under(me, count, ...)
  count = tonumber(count)
  local which = moved_on(count, ...)
  if which then return "lost", { which .. " is not held under this token any more" } end
  return run(me, select(2 * count + 1, ...))
end

local function numbered(me, op, ...)
  local key, field = store.key("s", me.session), "t" .. me.task
  local text = redis.call("HGET", key, field)
  if not text and redis.call("HEXISTS", key, "open") == 0 then return me.seq .. ":lost:0:" end
  local last = text and text:match "^%d+" or "0"
  if last == me.seq then return slot.shown(text) end
  local ahead = tonumber(me.seq) - tonumber(last)
  if ahead <= 0 then return me.seq .. ":old:" end
  if ahead > 1 then return me.seq .. ":forgot:" .. store.pack{ last } end
  if text and text:find("^%d+:wait:") then
    return me.seq .. ":error:" .. store.pack{ "the task's request before is still waiting: cancel it first" }
  end
  local status, fields
  if op == "under" then status, fields = engine.run_under(me, ...) else status, fields = run(me, op, ...) end
  if status == "wait" then return me.seq .. ":wait:" end
  local answer = me.seq .. ":" .. status .. ":" .. store.pack(fields)
  redis.call("HSET", key, field, answer)
  if me.rings then redis.call("RPUSH", store.key("m", me.session) .. "." .. me.task, me.task .. "!:" .. answer) end
  return answer
end

local function unnumbered(me, op, ...)
  local run_it = engine.unnumbered[op]
  if not run_it then return me.seq .. ":error:" .. store.pack{ "the engine knows no operation " .. tostring(op) } end
  local status, fields = run_it(me, ...)
  return me.seq .. ":" .. status .. ":" .. store.pack(fields)
end

--- The function of the library: keys { "tl:{SPACE}:" }, args { SESSION, TASK, SEQ, OP, ... } -> "SEQ:STATUS:FIELDS".
function engine.main(keys, args, call)
  redis.call = call
  if not store.enter(keys[1]) then return "0:error:" .. store.pack{ "no space is named" } end
  local task, own = (args[2] or ""):match "^([%d.]+)([+!]?)$"
  local me = { session = args[1], task = task, own = own ~= "", rings = own == "!", seq = args[3] }
  if not me.seq or not me.seq:match "^%d+$" or not me.task then
    return "0:error:" .. store.pack{ "SESSION TASK SEQ OP are expected" }
  end
  me.who = slot.owner(me.session, me.task)
  engine.object.forget()
  engine.chore.go_on(LIMIT)
  local answer_to = (me.seq == "0" or args[4] == "cancel") and unnumbered or numbered
  local answer = answer_to(me, (unpack or table.unpack)(args, 4))
  if engine.chore.fresh then engine.chore.run(LIMIT) end
  engine.object.save()
  return answer
end
