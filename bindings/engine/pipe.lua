--- Pipe: two ends; what one sends, the other receives.
--
-- Lists q<ID>.<END>: the cells on their way to that end; field bytesEND counts their bytes.  Lines w<ID>.<END> who
-- receives there, v<ID>.<END> who watches or polls there, p<ID>.<END> who sends to there.
--
-- The hash e<ID>.<END> tells who holds an end: "h SESSION"; "l SESSION" how many handles of it went into messages that
-- nobody has received yet; "m" the session that made the pipe, until any has used the end.  An end that nobody holds is
-- closed for the other.
local engine = ...
local call, store, slot, object = engine.call, engine.store, engine.slot, engine.object
local large, hold = engine.large, engine.hold

local MOST_BYTES, MOST_MESSAGES = 16 * 1024 * 1024, 10000
local WRONG_END = "the other end does this; of a pipe with duplex = false the first end receives and the second sends"

local function other(side)
  return side == "1" and "2" or "1"
end

local function at(o, side)
  return o.id .. "." .. side
end

local function holders(o, side)
  return call("HLEN", store.key("e", at(o, side)))
end

-- ---- who holds the ends ----

-- Nobody holds this end any more: nothing comes from it, and nothing can be sent to it.
local function check_closed(o, side)
  if holders(o, side) > 0 then return end
  local there = at(o, other(side))
  slot.answer_all("w" .. there, "closed")
  slot.answer_all("p" .. at(o, side), "closed")
  engine.watch.wake("v" .. there)
end

local function let_go(o, side, field)
  call("HDEL", store.key("e", at(o, side)), field)
  check_closed(o, side)
end

local function lend(o, side, from)
  call("HINCRBY", store.key("e", at(o, side)), "l " .. from, 1)
  hold.set(from .. ".0", "lent", o.id, side, "1")
end

-- One that a session lent is on its way no more; false: there was none.
local function end_lending(o, side, from)
  local key, field = store.key("e", at(o, side)), "l " .. from
  if call("HEXISTS", key, field) == 0 then return false end
  if call("HINCRBY", key, field, -1) <= 0 then
    call("HDEL", key, field)
    hold.clear(from .. ".0", "lent", o.id, side)
  end
  return true
end

engine.define("pipe_hold", "pipe", function(me, o, side, from)
  local key = store.key("e", at(o, side))
  call("HSET", key, "h " .. me.session, 1)
  call("HDEL", key, "m")
  hold.set(me.session .. ".0", "end", o.id, side, "1")
  return "ok", { (from or "") ~= "" and end_lending(o, side, from) and 1 or 0 }
end)

-- It will be asked again: what is on its way still comes only once.
engine.undo.pipe_hold = function(_, o, args, fields)
  local from = args[3]
  if o and fields[1] == "1" and engine.session.is_alive(from) then lend(o, args[2], from) end
  return true
end

engine.define("pipe_lend", "pipe", function(me, o, side)
  lend(o, side, me.session)
  return "ok"
end)

-- The message was not sent.
local function unlend(me, o, side)
  if end_lending(o, side, me.session) then check_closed(o, side) end
  return "ok"
end

engine.define("pipe_unlend", "pipe", unlend)
engine.anyway.pipe_unlend = true

engine.undo.pipe_lend = function(me, o, args)
  if o then unlend(me, o, args[2]) end
  return true
end

engine.define("pipe_drop", "pipe", function(me, o, side)
  hold.clear(me.session .. ".0", "end", o.id, side)
  if call("HGET", store.key("e", at(o, side)), "m") == me.session then let_go(o, side, "m") end
  let_go(o, side, "h " .. me.session)
  return "ok"
end)

local function died(letter)
  return function(who, id, side)
    local o = object.load(id)
    if o then let_go(o, side, letter .. " " .. who:match "^[^.]+") end
  end
end

engine.died["end"] = died "h"
engine.died.lent = died "l"
engine.died.maker = function(who, id, side)
  local o = object.load(id)
  if o and call("HGET", store.key("e", at(o, side)), "m") == who:match "^[^.]+" then let_go(o, side, "m") end
end

-- ---- messages ----

local function count_bytes(o, side, n)
  object.count(o, "bytes" .. side, n)
end

local function is_full(o, side)
  return tonumber(o["bytes" .. side]) >= MOST_BYTES or call("LLEN", store.key("q", at(o, side))) >= MOST_MESSAGES
end

local function deliver(o, record, side, cell)
  large.hand_over(record.who, cell)
  local fields = engine.watch.place(record, "w" .. at(o, side))
  fields[#fields + 1] = cell
  slot.answer(record, "ok", fields)
end

-- A cell arrives at an end: with who waits there, or on the list; `how`: RPUSH, or LPUSH of what comes back.
local function arrive(o, side, cell, how)
  local record = slot.next("w" .. at(o, side))
  if record then
    deliver(o, record, side, cell)
    return
  end
  count_bytes(o, side, large.size(cell))
  if call(how, store.key("q", at(o, side)), cell) == 1 then engine.watch.wake("v" .. at(o, side)) end
end

local function let_in(o, side, most)
  for let = 0, most - 1 do
    local record = not is_full(o, side) and slot.next("p" .. at(o, side), true)
    if not record then return let, true end
    if store.is_over(record.extra[1]) then
      slot.send_away(record, "timeout")
    else
      slot.answer(record, "ok")
      arrive(o, side, record.cell, "RPUSH")
    end
  end
  return most, false
end

engine.chores.pipe = function(budget, id, side)
  local o = object.load(id)
  if not o then return 1, true end
  return let_in(o, side, budget)
end

engine.define("pipe_send", "pipe", function(me, o, side, may, cell)
  local there = other(side)
  local accepted, why = o.duplex == "1" or side == "2", WRONG_END
  if accepted then accepted, why = large.keep(cell) end
  if not accepted then
    large.drop(cell)
    return "error", { why }
  end
  local closed = holders(o, there) == 0
  if closed or is_full(o, there) and may == "0" then
    large.drop(cell)
    return closed and "closed" or "timeout"
  end
  if is_full(o, there) then return slot.wait(me, o.id, may, "p" .. at(o, there), cell, { me.good_until }) end
  arrive(o, there, cell, "RPUSH")
  return "ok"
end)

local function try(o, who, list, side)
  local cell = call("LPOP", store.key("q", at(o, side)))
  if not cell then
    if holders(o, other(side)) == 0 then return "closed" end
    return nil
  end
  count_bytes(o, side, -large.size(cell))
  large.hand_over(who, cell)
  local _, finished = let_in(o, side, engine.LIMIT)
  if not finished then engine.chore.add("pipe", o.id, side) end
  list[#list + 1] = cell
  return "ok", list
end

engine.go_on.pipe = function(o, line)
  local side = line:match "%d$"
  local record = call("LLEN", store.key("q", at(o, side))) > 0 and slot.next(line)
  if record then
    slot.answer(record, try(o, record.who, engine.watch.place(record, line), side))
  elseif holders(o, other(side)) == 0 then
    slot.answer_all(line, "closed")
  end
end

engine.define("pipe_receive", "pipe", function(me, o, side, may)
  if o.duplex == "0" and side == "2" then return "error", { WRONG_END } end
  local status, fields = try(o, me.who, {}, side)
  if status then return status, fields end
  if may == "0" then return "timeout" end
  return slot.wait(me, o.id, may, "w" .. at(o, side))
end)

engine.ready.pipe = function(o, side)
  local ready = call("LLEN", store.key("q", at(o, side))) > 0 or holders(o, other(side)) == 0
  return ready, "v" .. at(o, side)
end

engine.define("pipe_poll", "pipe", function(me, o, side, may)
  local ready, line = engine.ready.pipe(o, side)
  if ready then return "ok" end
  if may == "0" then return "timeout" end
  return slot.wait(me, o.id, may, line)
end)

engine.define("pipe_state", "pipe", function(_, o, side)
  return "ok", { call("LLEN", store.key("q", at(o, side))), holders(o, other(side)) }
end)

local function untake(o, who, fields, from, side)
  large.take_back(who, fields[from])
  arrive(o, side, fields[from], "LPUSH")
  return true
end

engine.undo.pipe_receive = function(me, o, args, fields)
  return not o or untake(o, me.who, fields, 1, args[2])
end

-- Of the same cells the last is taken back, which cannot be told from the others; false: there is none.
engine.undo.pipe_send = function(_, o, args)
  local side, cell = other(args[2]), args[4]
  if not o or call("LREM", store.key("q", at(o, side)), -1, cell) == 0 then return false end
  count_bytes(o, side, -large.size(cell))
  large.drop(cell)
  let_in(o, side, 1)
  return true
end

engine.receivable.pipe = {
  try = try,
  line = function(o, side) return "w" .. at(o, side) end,
  untake = untake,
}

-- ---- its kind ----

local function each_side(f)
  return function(o)
    local list = {}
    for _, side in ipairs{ "1", "2" } do f(o, side, list) end
    return list
  end
end

local function side_state(o, side)
  local what = o.duplex == "1" and "duplex" or side == "1" and "receives" or "sends"
  return ("end %s, %s, %d to receive, %d sent on the way, %d receiving, %d sending%s"):format(side, what,
    call("LLEN", store.key("q", at(o, side))), call("LLEN", store.key("q", at(o, other(side)))),
    slot.waiting("w" .. at(o, side)) + slot.waiting("v" .. at(o, side)), slot.waiting("p" .. at(o, other(side))),
    holders(o, other(side)) == 0 and ", closed" or "")
end

engine.kinds.pipe = {
  options = { duplex = "1" },
  state_fields = { "bytes1", "bytes2" },
  clean = { duplex = function(value) return value == "0" and "0" or "1" end },
  begin = function(o, _, me)
    for _, side in ipairs{ "1", "2" } do
      o["bytes" .. side] = "0"
      call("HSET", store.key("e", at(o, side)), "m", me.session)
      hold.set(me.session .. ".0", "maker", o.id, side, "1")
    end
  end,
  lines = each_side(function(o, side, list)
    for _, letter in ipairs{ "w", "p", "v" } do list[#list + 1] = letter .. at(o, side) end
  end),
  removed = each_side(function(o, side)
    object.discard("q", at(o, side), "list")
    call("UNLINK", store.key("e", at(o, side)))
  end),
  state = function(o, _, side)
    if side then return side_state(o, side) end
    return side_state(o, "1") .. "; " .. side_state(o, "2")
  end,
}
