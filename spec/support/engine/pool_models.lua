--- Model of a pool for spec/support/engine/world.lua: every task is done, and every result counts once.
local queues = dofile "spec/support/engine/queue_models.lua"

local pool = {}
pool.__index = pool

function pool.begin(w)
  w.id = w:make("pool", "retry", w.model.retry, "queue", w.model.bound)
  w.jobs, w.runs = {}, {}
end

-- ---- what is asked ----

local function submit_many(w, task)
  local cells = {}
  for i = 1, w:random(3) do cells[i] = queues.new_cell(w, task) end
  return "pool_submit_many", w.id, task.who, table.unpack(cells)
end

-- A worker hands in what it has done, and takes the next.
local function work(w, task)
  local job = w.runs[task]
  local rest = { "", "", "", "" }
  if job then rest = { job.number, job.attempt, "ok", queues.new_cell(w, task) } end
  if job and w:one_in(5) then return "pool_hand_in", w.id, table.unpack(rest) end
  return "pool_work", w.id, w:may(), table.unpack(rest)
end

function pool.choose(w, task)
  if w:one_in(3) then queues.free(w, task) end
  if task.session.buried then return nil end
  local what = w:random(20)
  if w.runs[task] and what <= 12 or what <= 8 then return work(w, task) end
  if what <= 11 then return "pool_submit", w.id, w:may(), task.who, queues.new_cell(w, task) end
  if what <= 13 then return submit_many(w, task) end
  if what <= 16 then return "pool_collect", w.id, task.who, w:random(3), w:may() end
  if what <= 18 and w.last then return "pool_cancel", w.id, w:random(w.last) end
  if what == 19 and w:one_in(8) then return w:pick{ "pool_close", "pool_terminate" }, w.id end
  return "pool_join", w.id, w:may()
end

-- ---- what is answered ----

local function add(w, task, number, cell)
  w.last = math.tointeger(tonumber(number))
  w.jobs[number] = { number = number, owner = task, cell = cell, attempt = "1", state = "waiting" }
end

-- While the end of its owner is halfway, a task may still be given.
local function take(w, task, fields)
  local job = w.jobs[fields[2]]
  local late = job and job.owner.ended == w.calls or w:is_busy() or w.was_busy
  local over = job and (job.state == "dropped" or job.status == "cancelled")
  w:must(job and (job.state == "waiting" or late and over), "task %s was given, and is %s", fields[2],
    job and job.state or "unknown")
  job.cancelled = job.cancelled or job.status == "cancelled"
  w:must(job.attempt == fields[3] and job.cell == fields[4], "attempt %s of task %s", fields[3], fields[2])
  w:must(late or not job.owner.ended, "a task that nobody wants was given")
  w:must(job.cell:sub(1, 1) == "=" or queues.large_of(w, job.cell), "the large value of task %s is lost", fields[2])
  job.state, job.worker = "running", task
  w.runs[task] = job
end

local function finish(job, status, cell)
  job.state, job.status, job.result = "ended", status, cell
end

local function handed_in(w, task, accepted, args, from)
  local job = w.runs[task]
  w.runs[task] = nil
  if not job then return w:must(accepted == "-" or accepted == "0", "accepted %s", accepted) end
  w:must(accepted == (job.cancelled and "0" or "1"), "the result of task %s: %s", job.number, accepted)
  finish(job, job.cancelled and "cancelled" or "ok", job.cancelled and "=" or args[from])
  if job.owner.ended then job.state = "dropped" end
  w:must(not queues.large_of(w, job.cell), "the large value of task %s is left", job.number)
end

-- By the answer of the request, or by a later bell: the hand-in counts at once.
local function worked(w, task, request, status, fields)
  if not request.waited then handed_in(w, task, fields[1], request.args, 6) end
  if status == "ok" then take(w, task, fields) end
  w:must(status ~= "closed" or w.closed, "work: closed")
end

function pool.waits(w, task, request)
  if request.op ~= "pool_work" or request.waited then return end
  request.waited = true
  local job = w.runs[task]
  if job then handed_in(w, task, job.cancelled and "0" or "1", request.args, 6) end
end

local function collect(w, task, fields)
  for i = 1, #fields, 3 do
    local job = w.jobs[fields[i]]
    w:must(job and job.owner == task, "the result of another's task")
    w:must(job.state == "ended", "the result of task %s came, which is %s", job.number, job.state)
    w:must(job.status == fields[i + 1] and (job.status == "died" or job.result == fields[i + 2]), "task %s: %s %s",
      job.number, fields[i + 1], fields[i + 2])
    job.state = "collected"
    queues.took(w, task, fields[i + 2])
  end
end

-- One that waits may have been given to another at the call's begin, or be that of a worker whose end is halfway: the
-- server calls it running then.
local function cancel(job)
  if job.state == "running" then job.cancelled = true
  elseif job.state == "waiting" then finish(job, "cancelled", "=") end
end

local ANSWERED = {
  pool_submit = function(w, task, request, status, fields)
    if status == "ok" then return add(w, task, fields[1], request.args[4]) end
    w:must(status ~= "closed" or w.closed, "submit: closed")
    w:must(not queues.large_of(w, request.args[4]) or status == "closed", "the large value is left")
  end,
  pool_submit_many = function(w, task, request, status, fields)
    for i = 1, status == "ok" and tonumber(fields[2]) or 0 do
      add(w, task, ("%d"):format(fields[1] + i - 1), request.args[2 + i])
    end
  end,
  pool_work = worked,
  pool_hand_in = function(w, task, request, _, fields) handed_in(w, task, fields[1], request.args, 5) end,
  pool_collect = function(w, task, _, status, fields)
    if status == "ok" then collect(w, task, fields) end
  end,
  pool_cancel = function(w, _, request, _, fields)
    local job = w.jobs[("%d"):format(request.args[2])]
    local state = job and job.state
    local is = state == "waiting" and not job.owner.ended and "waiting" or state == "running" and "running" or "ended"
    w:must(fields[1] == is or job and job.owner.ended or w.was_busy, "cancel: %s, not %s", fields[1], is)
    if job then cancel(job) end
  end,
  pool_close = function(w) w.closed = true end,
  pool_terminate = function(w)
    w.closed = true
    for _, job in pairs(w.jobs) do cancel(job) end
  end,
  pool_join = function(w, _, _, status)
    if status ~= "ok" or w.was_busy then return end
    for _, job in pairs(w.jobs) do
      w:must(job.owner.ended or job.state ~= "waiting" and job.state ~= "running", "joined with task %s %s",
        job.number, job.state)
    end
  end,
}

function pool.answered(w, task, request, status, fields)
  ANSWERED[request.op](w, task, request, status, fields)
end

function pool.undone(w, task, _, fields)
  for i = 1, #fields, 3 do
    w.jobs[fields[i]].state = "ended"
    queues.untook(task, fields[i + 2])
  end
end

function pool.ended(w, task)
  local job = w.runs[task]
  w.runs[task] = nil
  if job then
    job.worker = nil
    if job.cancelled then finish(job, "cancelled", "=")
    elseif tonumber(job.attempt) > w.model.retry then finish(job, "died")
    else job.state, job.attempt = "waiting", ("%d"):format(job.attempt + 1) end
    if job.owner.ended then job.state = "dropped" end
  end
  for _, own in pairs(w.jobs) do
    if own.owner == task and own.state ~= "running" then own.state = "dropped" end
  end
end

-- ---- invariants ----

local function check_jobs(w)
  local y = w:entry("y", w.id)
  local stored = y and y.fields or {}
  for number, job in pairs(w.jobs) do
    local live = job.state == "waiting" or job.state == "running"
    w:must(not live or stored[number], "task %s is %s, and lost", number, job.state)
    w:must(live or job.state == "dropped" or not stored[number], "task %s is %s, and still there", number, job.state)
  end
end

local function check_boxes(w)
  local boxes = {}
  for _, job in pairs(w.jobs) do
    if job.state == "ended" and not job.owner.ended then boxes[job.owner] = (boxes[job.owner] or 0) + 1 end
  end
  for owner, n in pairs(boxes) do
    local size = w:count("b", w.id .. "." .. owner.who)
    w:must(size == n, "%d results are in the box of %s, not %d", size, owner.who, n)
    w:must(w:count("w", w.id .. "." .. owner.who) == 0, "somebody waits for results that are there")
  end
end

function pool.check(w)
  check_jobs(w)
  check_boxes(w)
  local waiting, all = w:count("q", w.id), w:count("y", w.id)
  w:must(w:count("w", w.id) == 0 or waiting == 0 and (all > 0 or not w.closed), "a worker waits, and %d tasks",
    waiting)
  local is_full = w.model.bound > 0 and waiting >= w.model.bound
  w:must(w:count("p", w.id) == 0 or is_full and not w.closed, "somebody waits to submit")
  w:must(w:count("j", w.id) == 0 or all > 0, "somebody joins what has finished")
end

-- `retry`: how often a task is given again, whose worker has ended; `bound`: how many may wait, 0 any number.
local function pool_model(name, retry, bound)
  return setmetatable({ name = name, retry = retry, bound = bound, sessions = 3, tasks = 3, steps = 200 }, pool)
end

return {
  pool = pool_model("pool", 1, 0),
  bounded_pool = pool_model("pool with a bound", 0, 2),
}
