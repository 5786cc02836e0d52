--- Jobs: what a task has given to a far pool and has not been answered yet.  A job is a task of the engine: one call,
--- or several of a map; results come into the task's box and are handed to their jobs here.
---
--- A job: { record = the pool's, number =, box =, done =, ok =, results = (a list of packed results, one a call) or
--- error = }.  Once it is done its `whole`, where it is a part of one, is told by whole.part_ended(job), in a callback
--- too; and after(job, deadline), where it has one, is called: once, and never within another's.
local client = require "remote.client"
local by_name = require "remote.by_name"
local check = require "remote.check"
local object = require "remote.object"
local request = require "remote.request"

local jobs = {}

local AT_ONCE = 64 -- results in one answer, tasks in one request
local BYTES_AT_ONCE = 65536
local CLOSED = "it was closed: remove it, s:remove(name), and make a new one"

-- What is a process's and a thread's own: a fork has none of them.
local function own(record)
  local session = record.space.session
  local box = session:id() .. "." .. session:task()
  if record.box ~= box then record.box, record.waiting, record.due = box, {}, {} end
  return record
end

--- jobs.box: where the results for this task go.
function jobs.box(record) return own(record).box end

-- ---- giving ----

--- jobs.cell: a task of the engine: these calls (lists of arguments with n) of the function; nil: too late.
function jobs.cell(record, call, fn, calls, deadline)
  if type(fn) ~= "function" then
    object.misuse(record, call, "a function is expected, not %s", check.a_type(fn))
  end
  local name, digest = by_name.of(fn)
  if not name then object.misuse(record, call, "%s", digest) end
  return object.encode(record, call, { name, digest, calls }, deadline)
end

local function enter(record, job, number)
  job.number, job.box = number, jobs.box(record)
  record.waiting[number] = job
  return job
end

--- jobs.submit: gives a job; waits for room until the deadline.  The job; nil and why.
function jobs.submit(record, call, deadline, job, cell)
  if not cell or not request.send(record, call, "enter", deadline) then return nil, "timeout" end
  local status, number = object.wait(record, call, deadline, "pool_submit", jobs.box(record), cell)
  if status == "ok" then return enter(record, job, number) end
  if status == "closed" then object.misuse(record, call, CLOSED) end
  return nil, status
end

-- Those cells, from `from` on, that go into one request.
local function some(cells, from)
  local size, last = 0, from - 1
  while cells[last + 1] and last - from < AT_ONCE - 1 and size < BYTES_AT_ONCE do
    last = last + 1
    size = size + #cells[last]
  end
  return last
end

--- jobs.submit_all: gives many; waits for room where the pool has a bound.
function jobs.submit_all(record, call, list, cells)
  local next_one = 1
  while cells[next_one] do
    local last = some(cells, next_one)
    local status, first, count = object.ask(record, call, "pool_submit_many", jobs.box(record),
      table.unpack(cells, next_one, last))
    if status == "closed" then object.misuse(record, call, CLOSED) end
    for i = 0, math.tointeger(tonumber(count)) - 1 do
      enter(record, list[next_one + i], ("%d"):format(math.tointeger(tonumber(first)) + i))
    end
    next_one = next_one + math.tointeger(tonumber(count))
    if next_one <= last then -- no room: the next one waits for it
      jobs.submit(record, call, nil, list[next_one], cells[next_one])
      next_one = next_one + 1
    end
  end
end

-- ---- being answered ----

local END = {}

-- What cannot be received is the error.
function END.ok(job, bytes)
  local good, value = pcall(object.value, job.record, "get", bytes)
  job.ok, job.results, job.error = good, good and value or nil, not good and value or nil
end

function END.error(job, bytes)
  job.ok, job.error = false, select(2, pcall(object.value, job.record, "get", bytes))
end

function END.died(job, text)
  job.ok, job.error = false, "its worker died: " .. (text or "")
end

function END.cancelled(job)
  job.ok, job.error = false, "cancelled"
end

--- jobs.finish: a job of this task is done.
function jobs.finish(record, job)
  job.done = true
  if job.whole then job.whole.part_ended(job) end
  if job.after then record.due[#record.due + 1] = job end
end

local function settle(record, number, status, bytes)
  local job = record.waiting[number]
  record.waiting[number] = nil
  if not job then return end
  END[status](job, bytes)
  jobs.finish(record, job)
end

local function complain(why)
  io.stderr:write(("tidelock: a callback of a pool raised: %s\n"):format(tostring(why)))
end

-- Calls what is due, never one inside another; what that asks for is to be there by the deadline.
local function run_due(record, deadline)
  if record.busy then return end
  record.busy = true
  while #record.due > 0 do
    local job = table.remove(record.due, 1)
    local good, why = client.script(debug.traceback, job.after, job, deadline)
    if not good then complain(why) end
  end
  record.busy = false
end

--- jobs.collect: takes what has come, and waits for the first until the deadline: whether something came.
function jobs.collect(record, call, deadline)
  own(record)
  local answer = table.pack(request.ask(record, call, deadline, "pool_collect", record.id, record.box, AT_ONCE,
    request.may(deadline)))
  if answer[1] ~= "ok" or not object.take_all(record, call, deadline, answer, 4) then return false end
  for i = 2, answer.n, 3 do settle(record, answer[i], answer[i + 1], answer[i + 2]) end
  run_due(record, deadline)
  return true
end

--- jobs.await: waits until the job is done; false: the deadline was before.
function jobs.await(record, call, job, deadline)
  while not job.done do
    if jobs.box(record) ~= job.box then
      check.misuse(nil, call, "a future can only be used by the task that made it")
    end
    if not jobs.collect(record, call, deadline) then return job.done == true end
  end
  return true
end

-- Whether the job has not ended, and so never will but as cancelled; nil: the deadline came before.
local function cancel(record, call, job, deadline)
  local status, was = request.ask(record, call, deadline, "pool_cancel", record.id, job.number)
  if status == "timeout" then return nil end
  return was ~= "ended"
end

--- jobs.cancel: the same of those jobs of a list that were given: whether any has not ended.
function jobs.cancel(record, call, list, deadline)
  local any = false
  for _, job in ipairs(list) do
    if job.number and not job.done then
      local was_going = cancel(record, call, job, deadline)
      if was_going == nil then return nil end
      any = any or was_going
    end
  end
  return any
end

--- jobs.is_idle: whether all that this task gave has been answered.
function jobs.is_idle(record) return next(own(record).waiting) == nil and #record.due == 0 end

--- jobs.raise: the error of a job, as its task raised it: a text gets the pool's name in front.
function jobs.raise(record, call, why)
  if type(why) ~= "string" then error(why, 0) end
  check.misuse(object.title(record), call, "%s", why)
end

--- jobs.now: the time that deadlines are of.
jobs.now = client.now

return jobs
