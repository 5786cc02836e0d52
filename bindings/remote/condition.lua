--- Condition: where tasks that hold a lock give it up until another tells them to look again.
local client = require "remote.client"
local check = require "remote.check"
local object = require "remote.object"
local request = require "remote.request"

local condition = object.class "condition"

condition.options = { "lock", "name" }

function condition.check(lock, space)
  local record = client.record(lock)
  if lock == nil then return {} end
  if (not record and check.type_of(lock) ~= "lock") or (record and record.kind ~= "lock") then
    check.misuse(nil, "condition", "the lock must be one of s.lock, not %s", check.a_type(lock))
  elseif not record or record.space ~= space then
    check.misuse(nil, "condition", "the lock belongs elsewhere; make it where the condition is: in a space as "
      .. "s.lock(name)")
  end
  return { "lock", record.id }
end

-- A request about the condition's lock, in the condition's name.
local function ask_lock(record, call, deadline, op, ...)
  return request.ask(record, call, deadline, op, record.options.lock, ...)
end

local function acquire(record, call, deadline)
  return (ask_lock(record, call, deadline, "lock_acquire", request.may(deadline)))
end

condition.method("acquire", 1, function(record, timeout)
  return object.outcome(acquire(record, "acquire", object.deadline(record, "acquire", timeout)))
end)
condition.method("release", 0, function(record)
  local status, text = request.send(record, "release", "ask", nil, "lock_release", record.options.lock)
  if status == "error" then
    object.misuse(record, "release", "not held by this task; only the task that acquired it can release it")
  end
  return object.outcome((request.settle(record, "release", status, text)))
end)

local function finish(record, good, ...)
  local released, why = pcall(ask_lock, record, "with", nil, "lock_release")
  if not good then error((...), 0) end
  if not released then error(why, 0) end
  return ...
end

condition.method("with", math.huge, function(record, fn, ...)
  check.method_function(object.title(record), "with", fn)
  acquire(record, "with", nil)
  return finish(record, client.script(client.handler(), fn, ...))
end)

-- Whatever comes of it, this task has the lock again.
local function wait(record, call, deadline)
  local status, detail = object.wait(record, call, deadline, "condition_wait")
  if detail == "unanswered" and request.send(record, call, "ask", nil, "condition_notify", record.id, 0) == "error" then
    acquire(record, call, nil)
  end
  return status
end

condition.method("wait", 1, function(record, timeout)
  return object.outcome(wait(record, "wait", object.deadline(record, "wait", timeout)))
end)

-- Raises where this task does not hold the lock: a predicate that happens to be true would hide the race.
local function check_held(record, deadline)
  return (request.ask(record, "wait_for", deadline, "condition_notify", record.id, 0))
end

local function value_of(predicate)
  local good, value = client.script(client.handler(), predicate)
  if not good then error(value, 0) end
  return value
end

condition.method("wait_for", 2, function(record, predicate, timeout)
  check.method_function(object.title(record), "wait_for", predicate)
  local deadline = object.deadline(record, "wait_for", timeout)
  if check_held(record, deadline) == "timeout" then return nil, "timeout" end
  while true do
    local value = value_of(predicate)
    if value then return value end
    local status = wait(record, "wait_for", deadline)
    if status == "timeout" then
      value = value_of(predicate)
      if value then return value end
      return nil, status
    end
  end
end)

condition.method("notify", 1, function(record, n)
  n = n == nil and 1 or check.integer(object.title(record), "notify", "n", n, 1, 4294967295)
  return object.outcome((object.ask(record, "notify", "condition_notify", n)))
end)
condition.method("notify_all", 0, function(record)
  return object.outcome((object.ask(record, "notify_all", "condition_notify", "all")))
end)

return condition
