--- Holding: what can be held by a task: acquire, with and hold, of locks, semaphores and conditions.
local client = require "remote.client"
local check = require "remote.check"
local object = require "remote.object"

local holding = {}

-- Waits for what `op` asks for; status, token.
local function take(record, call, deadline, op)
  local own = object.own(record)
  local status, token = object.wait(record, call, deadline, op)
  if status == "ok" or status == "abandoned" then own.token = math.tointeger(tonumber(token)) end
  return status
end

--- holding.acquire: a method that waits for the object and has it: `op` asks for it.
function holding.acquire(call, op)
  return function(record, timeout)
    return object.outcome(take(record, call, object.deadline(record, call, timeout), op))
  end
end

--- holding.release: a method that gives it back.
function holding.release(call, op)
  return function(record)
    local status, left = object.ask(record, call, op)
    if left == nil or left == "0" then object.own(record).token = nil end
    return object.outcome(status)
  end
end

-- Ends what `with` began: gives the object back, then returns or raises as its function did.
local function finish(record, call, op, good, ...)
  local released, why = pcall(object.ask, record, call, op, op == "semaphore_release" and 1 or nil)
  if not good then error((...), 0) end
  if not released then error(why, 0) end
  return ...
end

--- holding.with: a method that runs a function while this task has the object.
function holding.with(call, acquire, release)
  return function(record, fn, ...)
    check.method_function(object.title(record), call, fn)
    take(record, call, nil, acquire)
    return finish(record, call, release, client.script(client.handler(), fn, ...))
  end
end

--- holding.token: the property.
function holding.token(record) return object.own(record).token end

-- ---- hold ----

local held_by = setmetatable({}, { __mode = "k" }) -- what hold returned = { object =, release = }

local function give_back(hold)
  local held = held_by[hold]
  if not held then return end
  held_by[hold] = nil
  held.release(held.object)
end

local metatable = { __close = give_back }

local function release(hold, ...)
  if type(hold) ~= "table" or debug.getmetatable(hold) ~= metatable then
    check.wrong_object("release", "what hold returned", hold)
  end
  check.count(nil, "hold: release", 0, select("#", ...))
  give_back(hold)
end

function metatable.__index(_, key)
  if key == "release" then return release end
  check.misuse(nil, "hold", 'there is no field or method "%s"; there are: release', tostring(key))
end

function metatable.__newindex(_, key)
  check.misuse(nil, "hold", 'the field "%s" cannot be set', tostring(key))
end

function metatable.__tostring(hold)
  local held = held_by[hold]
  return held and "hold of " .. tostring(held.object) or "hold: given back"
end

--- holding.hold: a method that has the object until what it returns is released, or its block is left.
function holding.hold(class, op)
  return function(record, timeout)
    local deadline = object.deadline(record, "hold", timeout)
    local hold, held = setmetatable({}, metatable), { object = object.of(record), release = class.methods.release }
    local good, why = object.outcome(take(record, "hold", deadline, op))
    if not good then return nil, why end
    held_by[hold] = held
    return hold
  end
end

return holding
