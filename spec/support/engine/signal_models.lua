--- Models of event, latch, barrier and condition for spec/support/engine/world.lua.
local models = {}

local GRANTED = { ok = true, abandoned = true }

-- ---- event, latch ----

local event = { name = "event", sessions = 3, tasks = 3 }
models.event = event

function event.begin(w)
  w.id, w.requests = w:make "event", {}
end

function event.waits(w, _, request)
  w.requests[request] = true
end

function event.ended(w, task)
  if task.pending then w.requests[task.pending] = nil end
end

function event.choose(w)
  return w:pick{ "event_wait", "event_wait", "event_wait", "event_set", "event_clear", "event_is_set" }, w.id, w:may()
end

function event.answered(w, task, request, status, fields)
  if request.op == "event_set" then
    w.set = true
    for waiting in pairs(w.requests) do waiting.let = true end
  end
  if request.op == "event_clear" then w.set = false end
  if request.op == "event_is_set" then w:must(fields[1] == (w.set and "1" or "0"), "is_set: %s", fields[1]) end
  if request.op == "event_wait" then
    w.requests[request] = nil
    w:must(status ~= "ok" or w.set or request.let, "%s was let go though it is not set", task.who)
  end
end

-- Who waited when it was set goes on, even where it was cleared at once.
function event.check(w)
  for waiting in pairs(w.requests) do w:must(not waiting.let, "it was set, and somebody sleeps on") end
  w:must(not w.set or w:count("w", w.id) == 0, "somebody waits though it is set")
end

local latch = { name = "latch", sessions = 3, tasks = 3 }
models.latch = latch

function latch.begin(w)
  w.left = 12
  w.id = w:make("latch", "count", w.left)
end

function latch.choose(w)
  if w:one_in(5) then return "latch_count_down", w.id, w:random(2) end
  return "latch_wait", w.id, w:may()
end

function latch.answered(w, task, request, status)
  if request.op == "latch_count_down" then
    w.left = math.max(w.left - request.args[2], 0)
  else
    w:must((status == "ok") == (w.left == 0), "%s: %s, and %d are left", task.who, status, w.left)
  end
end

function latch.check(w)
  w:must(tonumber(w:object(w.id).left) == w.left, "%s are left, not %d", w:object(w.id).left, w.left)
  w:must(w.left > 0 or w:count("w", w.id) == 0, "somebody waits though it is open")
end

-- ---- barrier ----

local barrier = { name = "barrier", sessions = 3, tasks = 3 }
models.barrier = barrier
local PARTIES = 3

function barrier.begin(w)
  w.id, w.arrived, w.served = w:make("barrier", "parties", PARTIES), {}, {}
end

function barrier.choose(w)
  if w:one_in(30) then return "barrier_abort", w.id end
  if w:one_in(w.broken and 3 or 30) then return "barrier_reset", w.id end
  return "barrier_wait", w.id, w:pick{ "1", "2" }
end

local function break_it(w)
  w.broken = true
end

-- The places of a round are 1 to 3.
local function served(w, fields)
  local place = math.tointeger(tonumber(fields[1]))
  w:must(not w.served[place], "place %d was given twice", place)
  w.served[place] = true
  local n = 0
  for _ in pairs(w.served) do n = n + 1 end
  if n == PARTIES then w.served = {} end
end

function barrier.answered(w, _, request, status, fields)
  if request.op == "barrier_reset" then w.broken = false end
  if request.op == "barrier_abort" then break_it(w) end
  if request.op ~= "barrier_wait" then return end
  if status == "timeout" then break_it(w) end
  if status == "ok" then served(w, fields) end
end

function barrier.ended(w, task)
  local request = task.pending
  if request and not request.granted and request.op == "barrier_wait" then break_it(w) end
end

function barrier.check(w)
  local waiting = w:count("w", w.id)
  w:must(waiting < PARTIES, "%d wait of %d", waiting, PARTIES)
  w:must(not next(w.served), "a round was served in part")
  w:must((w:object(w.id).broken ~= nil) == (w.broken or false), "broken: %s", tostring(w:object(w.id).broken))
  w:must(not w.broken or waiting == 0, "somebody waits at a broken barrier")
end

-- ---- condition ----

local condition = { name = "condition", sessions = 3, tasks = 2, steps = 250 }
models.condition = condition

function condition.begin(w)
  w.id, w.waiting, w.notified = w:make "condition", {}, {}
  w.lock = w:object(w.id).lock
end

function condition.choose(w, task)
  if w.owner ~= task and w:one_in(4) then return nil end
  if w.owner ~= task then return "lock_acquire", w.lock, w:may() end
  if w:one_in(3) then return "condition_notify", w.id, w:pick{ "1", "2", "all" } end
  if w:one_in(3) then return "lock_release", w.lock end
  return "condition_wait", w.id, w:pick{ "0", "1", "1", "1", "2", "2", "2" }
end

local function remove(list, task)
  for i, one in ipairs(list) do
    if one == task then return table.remove(list, i) end
  end
end

-- The first so many who wait are notified: they are to get the lock in that order.
local function notify(w, n)
  for _ = 1, n == "all" and #w.waiting or n do
    local task = table.remove(w.waiting, 1)
    if not task then break end
    w.notified[#w.notified + 1] = task
  end
end

-- One that has got its lock, or has gone.
local function release(w, dead)
  w.owner, w.abandoned = nil, dead or w.abandoned
end

local function granted(w, task, status)
  w:must(not w.owner, "%s has it, and %s gets it", tostring(w.owner and w.owner.who), task.who)
  w:must(status == "timeout" or (status == "abandoned") == (w.abandoned or false), "granted as %s", status)
  w.owner, w.abandoned = task, nil
end

local function woken(w, task, request, status)
  if request.leave then
    remove(w.waiting, task)
    if remove(w.notified, task) and request.leave ~= "0" then notify(w, 1) end
    return
  end
  granted(w, task, status)
  local was_notified = remove(w.notified, task)
  request.notified = was_notified and status ~= "timeout"
  w:must(status == "timeout" or was_notified, "%s goes on, but nobody notified it", task.who)
  remove(w.waiting, task)
end

function condition.answered(w, task, request, status, fields)
  if request.op == "lock_release" then
    if status == "ok" then release(w) end
  elseif request.op == "lock_acquire" then
    if GRANTED[status] then granted(w, task, status) end
  elseif request.op == "condition_notify" and status == "ok" then
    local n = request.args[2]
    local most = math.min(n == "all" and #w.waiting or tonumber(n), #w.waiting)
    w:must(tonumber(fields[1]) == most, "%s notified, not %d", fields[1], most)
    notify(w, n == "all" and n or tonumber(n))
  elseif request.op == "condition_wait" and status ~= "error" then
    woken(w, task, request, status)
  end
end

-- It waits, and has released the lock.
function condition.waits(w, task, request)
  if request.op ~= "condition_wait" or w.owner ~= task then return end
  release(w)
  if request.args[2] ~= "0" then w.waiting[#w.waiting + 1] = task end
end

-- Its time is over: it is notified no more, but waits for the lock.
function condition.postponed(w, task)
  remove(w.waiting, task)
end

function condition.undone(w, task, request)
  w:must(w.owner == task, "%s gives back what it has not", task.who)
  request.undone = true
  release(w)
end

function condition.ended(w, task)
  if w.owner == task then release(w, true) end
  remove(w.waiting, task)
  local unheard = task.last and task.last.notified and not task.last.undone
  if remove(w.notified, task) or unheard then notify(w, 1) end
end

function condition.check(w)
  local o = w:object(w.lock)
  w:must(o.owner == (w.owner and w.owner.who), "the server says that %s has it", tostring(o.owner))
  w:must(o.owner or w:count("w", w.lock) == 0, "somebody waits for a free lock")
  local line = w:members("w", w.id)
  w:must(#line == #w.waiting, "%d wait, not %d", #line, #w.waiting)
  for i, waiter in ipairs(line) do
    w:must(waiter == w.waiting[i].who .. "." .. w.waiting[i].seq, "%s is in line before %s", waiter, w.waiting[i].who)
  end
end

return models
