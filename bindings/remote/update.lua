--- Update: read, compute here, write if nobody else has written meanwhile.  Who has lost three times claims the object:
--- then the others that update wait for their turn, in the order in which they came.
local client = require "remote.client"
local object = require "remote.object"

local update = {}

local TRIES = 3

--- update.check_outside: raises where a function that is called by an update of this value would write it.
function update.check_outside(record, call)
  if not object.own(record).updating then return end
  object.misuse(record, call, "deadlock: held by this task already; in update, use what the function is given and "
    .. "what it returns")
end

-- Tries until the swap is done; with a claim after some: what was written, or nil and "timeout".
local function try(record, steps, deadline, mine, ...)
  local old, version = steps.read(record, ...)
  local claimed = false
  for attempt = 1, math.huge do
    local text, new = steps.compute(record, (...), old, select(2, ...))
    local done
    done, old, version = steps.swap(record, version, text, select(2, ...))
    if done then return true, new end
    if attempt >= TRIES and not claimed then
      local status = object.wait(record, "update", deadline, "claim")
      if status == "timeout" then return nil, status end
      claimed, mine.claimed = true, true
      old, version = steps.read(record, ...)
    end
  end
end

local function finish(record, mine, good, ...)
  local released, why = true, nil
  if mine.claimed then released, why = pcall(object.ask, record, "update", "unclaim") end
  if not good then error((...), 0) end
  if not released then error(why, 0) end
  return ...
end

--- update.run: `steps` by the function, and what more they are given: true, new; nil, "timeout".
function update.run(record, steps, deadline, fn, ...)
  local mine = {}
  return finish(record, mine, xpcall(try, client.handler(), record, steps, deadline, mine, fn, ...))
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
