--- Pool: the requests; what there is and who is given what is in pool_tasks.
local engine = ...
local call, store, slot, object = engine.call, engine.store, engine.slot, engine.object
local large, hold, pool = engine.large, engine.hold, engine.pool
local key, task_of, keep, unfinished = pool.key, pool.task_of, pool.keep, pool.unfinished
local ended, check_finished, go_on, let_in = pool.ended, pool.check_finished, pool.go_on, pool.let_in
local has_room, collected = pool.has_room, pool.collected

-- ---- submitting ----

-- Why tasks for that box are not taken; nil: they are.
local function refusal(me, o, box)
  if box ~= me.who then
    if box:match "^%w+%.%d+$" then return "error", { "this is the box of another task" } end
    if not box:match "^[%w._-]+$" then return "error", { "a box is letters, digits, '.', '_' and '-'" } end
  end
  if o.closed then return "closed" end
end

local function own_box(me, o, box)
  if box ~= me.who then return end
  hold.set(me.who, "box", o.id, "", "1")
  pool.look_again(o, box)
end

engine.define("pool_submit", "pool", function(me, o, may, box, cell)
  local status, fields = refusal(me, o, box)
  if status then return status, fields end
  local accepted, why = large.keep(cell)
  if not accepted then return "error", { why } end
  own_box(me, o, box)
  if not has_room(o) then
    if may ~= "0" then return slot.wait(me, o.id, may, "p" .. o.id, cell, { box }) end
    large.drop(cell)
    return "full"
  end
  local number = pool.add(o, box, cell)
  go_on(o)
  return "ok", { number }
end)

-- Keeps the first cells, as many as there is room for: nil; or why one of them cannot be kept, and then none is.
local function keep_some(cells, room)
  for i = #cells, math.max(room, 0) + 1, -1 do cells[i] = nil end
  for i, cell in ipairs(cells) do
    local accepted, why = large.keep(cell)
    if not accepted then
      for kept = 1, i - 1 do large.drop(cells[kept]) end
      return why
    end
  end
end

engine.define("pool_submit_many", "pool", function(me, o, box, ...)
  local status, fields = refusal(me, o, box)
  if status then return status, fields end
  local cells = { ... }
  local why = keep_some(cells, math.min(pool.room(o), engine.MANY))
  if why then return "error", { why } end
  if #cells == 0 then return "ok", { "0", 0 } end
  own_box(me, o, box)
  local first = pool.add_many(o, box, cells)
  go_on(o)
  return "ok", { first, #cells }
end)

-- ---- working ----

local function enlist(me, o)
  pool.runs(o, me.who, "")
  hold.set(me.who, "worker", o.id, "", call("HGET", store.key("h", me.who), "worker " .. o.id .. " ") or "")
end

engine.define("pool_enter", "pool", function(me, o, orders)
  if not pool.running(o, me.who) then pool.runs(o, me.who, "") end
  hold.set(me.who, "worker", o.id, "", orders)
  return "ok"
end)

-- Hands in a result: "1", or "0" where it counts no more.
local function hand_in(me, o, number, attempt, status, cell)
  local task = task_of(o, number)
  local has_it = task and task.attempt == attempt and (task.who == me.who or task.who == "!" .. me.who)
  local accepted = has_it and task.who == me.who and large.keep(cell)
  if accepted then
    ended(o, task, status, cell)
  else
    large.drop(cell)
    if has_it then ended(o, task, "cancelled", "=") end
  end
  return accepted and "1" or "0"
end

engine.define("pool_hand_in", "pool", function(me, o, number, attempt, status, cell)
  local accepted = hand_in(me, o, number, attempt, status, cell)
  pool.runs(o, me.who, "")
  check_finished(o)
  return "ok", { accepted }
end)

engine.define("pool_work", "pool", function(me, o, may, number, attempt, status, cell)
  local running = pool.running(o, me.who)
  if not running then enlist(me, o) end
  if running and running ~= "" and running ~= number then
    return "error", { "this worker has not handed in the result of task " .. running }
  end
  local accepted = number ~= "" and hand_in(me, o, number, attempt, status, cell) or "-"
  local task, more = pool.next_task(o)
  if task then
    pool.give(o, me.who, task)
    let_in(o)
    return "ok", pool.told(accepted, task)
  end
  pool.runs(o, me.who, "")
  if more then engine.chore.add("pool", o.id) end
  check_finished(o)
  if o.closed and unfinished(o) == 0 then return "closed", { accepted } end
  if may == "0" then return "empty", { accepted } end
  return slot.wait(me, o.id, may, "w" .. o.id, nil, { accepted })
end)

engine.define("pool_runs", "pool", function(_, o, number, who)
  local task = task_of(o, number)
  return "ok", { task and (task.who == who or task.who == "!" .. who) and 1 or 0 }
end)

engine.died.worker = function(who, id, _, _, person)
  local o = object.load(id)
  if not o then return end
  local number = pool.running(o, who)
  pool.dismiss(o, who)
  local task = number and task_of(o, number)
  if not task then return end
  if task.who == "!" .. who then
    ended(o, task, "cancelled", "=")
  elseif task.who == who and tonumber(task.attempt) > tonumber(o.retry) then
    ended(o, task, "died", "=" .. person)
  elseif task.who == who then
    task.attempt, task.who = store.digits(task.attempt + 1), "-"
    keep(o, task)
    call("ZADD", key("q", o), number, number)
    go_on(o)
  end
  check_finished(o)
end

-- Who submitted has ended: nobody asks for its results.
engine.died.box = function(who, id)
  local o = object.load(id)
  if o then
    pool.look_again(o, who)
    pool.waits_no_more(o, who)
  end
  object.discard("b", id .. "." .. who, "list")
  engine.chore.add("purge", id)
end

-- ---- results ----

engine.define("pool_collect", "pool", function(me, o, box, max, may)
  local texts = call("LPOP", key("b", o, box), math.min(tonumber(max), engine.MANY)) or {}
  if #texts > 0 then return "ok", collected(me.who, texts) end
  if may == "0" then return "empty" end
  hold.set(me.who, "collector", o.id, box, "1")
  pool.waits_at(o, box)
  return slot.wait(me, o.id, may, "w" .. o.id .. "." .. box)
end)

engine.died.collector = function(who, id, box)
  local o = box == who and object.load(id)
  if o then pool.waits_no_more(o, box) end
end

engine.undo.pool_collect = function(me, o, args, fields)
  if not o then return true end
  for i = #fields - 2, 1, -3 do
    large.take_back(me.who, fields[i + 2])
    call("LPUSH", key("b", o, args[2]), fields[i] .. " " .. fields[i + 1] .. " " .. fields[i + 2])
  end
  pool.serve(o, args[2])
  return true
end

engine.ready.pool = function(o, box)
  pool.waits_at(o, box)
  return call("EXISTS", key("b", o, box)) == 1, "v" .. o.id .. "." .. box
end

-- ---- cancelling ----

-- Tells whoever looks after the worker: it puts an end to it.
local function order_end(o, who, number)
  local orders = hold.get(who, "worker", o.id, "")
  local queue = orders and orders ~= "" and object.load(orders)
  if queue and queue.kind == "queue" then engine.queue.force(queue, "=cancel " .. number .. " " .. who) end
end

local function cancel(o, task)
  if task.who == "-" then
    call("ZREM", key("q", o), task.number)
    ended(o, task, "cancelled", "=")
    return "waiting"
  end
  if task.who:sub(1, 1) == "!" then return "running" end
  order_end(o, task.who, task.number)
  task.who = "!" .. task.who
  keep(o, task)
  return "running"
end

engine.define("pool_cancel", "pool", function(_, o, number)
  local task = task_of(o, number)
  if not task then return "ok", { "ended" } end
  local was = cancel(o, task)
  let_in(o)
  check_finished(o)
  return "ok", { was }
end)

-- False: a worker has it, or its result is there.
engine.undo.pool_submit = function(_, o, _, fields)
  local task = o and fields[1] and task_of(o, fields[1])
  if not task or task.who ~= "-" then return false end
  cancel(o, task)
  let_in(o)
  check_finished(o)
  return true
end

local function close(o)
  if o.closed then return end
  object.set(o, "closed", "1")
  slot.answer_all("p" .. o.id, "closed")
end

engine.define("pool_close", "pool", function(_, o)
  close(o)
  check_finished(o)
  return "ok"
end)

engine.chores.terminate = function(budget, id)
  local o = object.load(id)
  if not o then return 1, true end
  for used = 1, budget do
    local number = call("ZRANGE", key("q", o), 0, 0)[1]
    local task = number and task_of(o, number)
    if task then cancel(o, task) end
    if not number then
      check_finished(o)
      return used, true
    end
    call("ZREM", key("q", o), number)
  end
  return budget, false
end

engine.define("pool_terminate", "pool", function(_, o)
  close(o)
  object.set(o, "terminated", "1")
  for _, number in ipairs(call("HVALS", key("u", o))) do
    local task = task_of(o, number)
    if task then cancel(o, task) end
  end
  engine.chore.add("terminate", o.id)
  return "ok"
end)

engine.define("pool_join", "pool", function(me, o, may)
  if unfinished(o) == 0 then return "ok" end
  if may == "0" then return "timeout" end
  return slot.wait(me, o.id, may, "j" .. o.id)
end)

-- ---- its kind ----

local function numbers(o)
  local waiting, all = call("ZCARD", key("q", o)), unfinished(o)
  return waiting, all - waiting, call("HLEN", key("u", o)), all
end

engine.define("pool_state", "pool", function(_, o)
  local waiting, running, workers, all = numbers(o)
  return "ok", { waiting, running, workers, all, o.closed and 1 or 0 }
end)

engine.kinds.pool = {
  options = { retry = "0", queue = "0" },
  state_fields = { "closed", "terminated", "number", "purged" },
  begin = function(o) o.number = "0" end,
  lines = pool.lines,
  removed = function(o)
    object.discard("y", o.id, "hash")
    call("UNLINK", key("q", o), key("u", o), key("c", o))
  end,
  state = function(o)
    local waiting, running, workers = numbers(o)
    return ("%d waiting, %d running, %d workers%s"):format(waiting, running, workers, o.closed and ", closed" or "")
  end,
}
