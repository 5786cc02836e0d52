--- Update: read, compute here, write if nobody else has written meanwhile.  Who has lost three times claims the object:
--- then the others that update wait for their turn, in the order in which they came.
local client = require "remote.client"
local object = require "remote.object"
local request = require "remote.request"

local update = {}

local TRIES = 3
local TIMED_OUT = {} -- raised where the server does not answer by the deadline
local UNANSWERED = "the server did not answer: it may have been written"

--- update.raise_late: ends an update whose time has run out.
function update.raise_late() error(TIMED_OUT, 0) end

--- update.ask: a request of a step: its status and fields.
function update.ask(record, deadline, op, ...)
  local answer = table.pack(request.ask(record, "update", deadline, op, record.id, ...))
  if answer[1] == "timeout" then update.raise_late() end
  return table.unpack(answer, 1, answer.n)
end

--- update.call: what the script's function returns, packed.
function update.call(fn, ...)
  local results = table.pack(client.script(client.handler(), fn, ...))
  if not results[1] then error(results[2], 0) end
  return table.move(results, 2, results.n, 1, { n = results.n - 1 })
end

--- update.check_outside: raises where a function that is called by an update of this value would write it.
function update.check_outside(record, call)
  if not object.own(record).updating then return end
  object.misuse(record, call, "deadlock: held by this task already; in update, use what the function is given and "
    .. "what it returns")
end

-- What is there, and its version, where the last step has not told.
local function look(steps, old, version, record, ...)
  if version then return old, version end
  return steps.read(record, ...)
end

-- Tries until the swap is done; with a claim after some: what was written, or nil and "timeout".
local function try(record, steps, deadline, mine, ...)
  local old, version = steps.read(record, deadline, ...)
  local claimed = false
  for attempt = 1, math.huge do
    local text, new = steps.compute(record, deadline, (...), old, select(2, ...))
    local done
    mine.swaps = true
    done, old, version = steps.swap(record, deadline, version, text, select(2, ...))
    if done then return true, new end
    mine.swaps = false
    old, version = look(steps, old, version, record, deadline, ...)
    if attempt >= TRIES and not claimed then
      local status = object.wait(record, "update", deadline, "claim")
      if status == "timeout" then return nil, status end
      claimed, mine.claimed = true, true
      old, version = steps.read(record, deadline, ...)
    end
  end
end

local function finish(record, deadline, mine, good, ...)
  local released, why = true, nil
  if mine.claimed then released, why = pcall(request.ask, record, "update", deadline, "unclaim", record.id) end
  if not good and rawequal((...), TIMED_OUT) then return nil, "timeout", mine.swaps and UNANSWERED or nil end
  if not good then error((...), 0) end
  if not released then error(why, 0) end
  return ...
end

--- update.run: `steps` by the function, and what more they are given: true, new; nil, "timeout", and words where it may
--- have been written.
function update.run(record, steps, deadline, fn, ...)
  local mine = {}
  return finish(record, deadline, mine, xpcall(try, client.handler(), record, steps, deadline, mine, fn, ...))
end

--- update.alone: the same for what the function may not write itself: the new value.
function update.alone(record, steps, fn)
  object.own(record).updating = true
  local good, done, new = xpcall(update.run, client.handler(), record, steps, nil, fn)
  object.own(record).updating = nil
  if not good then error(done, 0) end
  return new
end

return update
