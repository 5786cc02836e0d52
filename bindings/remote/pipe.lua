--- Pipe: two ends, each a far object of its own; what one sends the other receives.  A session holds an end from its
--- first call on; the one that made the pipe holds both.
local client = require "remote.client"
local check = require "remote.check"
local object = require "remote.object"
local request = require "remote.request"

local pipe = object.class "pipe"

pipe.options = { "duplex", "name" }

function pipe.check(duplex)
  duplex = check.boolean("pipe", "duplex", duplex)
  if duplex == nil then return {} end
  return { "duplex", duplex and 1 or 0 }
end

-- ---- who holds it ----

local DEEPEST = 200 -- tables one within the other: deeper ones do not travel, see codec.h

-- Finds the ends of a space in a value, each once: adds their records to the list.
local function find_ends(space, value, list, seen, depth)
  local kind = type(value)
  if kind ~= "table" and kind ~= "userdata" or seen[value] or depth > DEEPEST then return list end
  seen[value] = true
  local record = client.record(value)
  if record and record.kind == "pipe" and record.space == space and not record.closed then
    list[#list + 1] = record
  elseif kind == "table" then
    for key, item in next, value do
      find_ends(space, key, list, seen, depth + 1)
      find_ends(space, item, list, seen, depth + 1)
    end
  end
  return list
end

-- Lends the ends in a value to whoever receives it: their records, which say so while the value is encoded.  False: the
-- deadline came before.
local function lend(space, value, call, deadline)
  local list = find_ends(space, value, {}, {}, 0)
  for i, record in ipairs(list) do
    local status = request.ask(record, call, deadline, "pipe_lend", record.id, record.options["end"])
    if status == "timeout" then
      object.unlend(table.move(list, 1, i - 1, 1, {}), call)
      return false
    end
  end
  for _, record in ipairs(list) do record[1].from = space.session:id() end
  return list
end

local function encoded(list)
  for _, record in ipairs(list) do record[1].from = nil end
end

-- This process holds the end from now on, and nobody lends it any more who has: it may have come several times, also
-- to a process that held it.  False: the deadline came before.
local function hold(record, call, deadline)
  local lenders = record.lenders or {}
  repeat
    local from = lenders[1]
    local status = request.ask(record, call, deadline, "pipe_hold", record.id, record.options["end"], from or "")
    if status == "timeout" then return false end
    if lenders[1] == from then table.remove(lenders, 1) end
    record.held = client.pid()
  until #lenders == 0
  return true
end

local NONE = {}

local function is_held(record)
  return record.held == client.pid() and #(record.lenders or NONE) == 0
end

-- The engine hears of the ends that were collected since.  False: the deadline came before, and the rest stays.
local function tell_dropped(space, deadline)
  local list = space.dropped
  while #list > 0 do
    local record = list[#list]
    if not object.is_known(record) then
      local came_back = record.held == client.pid() and not is_held(record)
      if came_back and not hold(record, "close", deadline) then return false end
      local status = request.ask(record, "close", deadline, "pipe_drop", record.id, record.options["end"])
      if status == "timeout" then return false end
    end
    for n = #list, 1, -1 do -- more may have come meanwhile
      if list[n] == record then table.remove(list, n) end
    end
  end
  return true
end

--- pipe.adopt: an end has come to be in this Lua state.
function pipe.adopt(record)
  local space = record.space
  space.dropped = space.dropped or {}
  space.lend = space.lend or function(...) return lend(space, ...) end
  space.encoded = encoded
end

--- pipe.present: what the constructor returns: both ends.
function pipe.present(space, id, name, options, made)
  local ends = {}
  for number = 1, 2 do
    local own = { duplex = options.duplex, ["end"] = tostring(number) }
    ends[number] = object.known(space, "pipe", id, name, own)
    if made then hold(client.record(ends[number]), "pipe") end
  end
  return ends[1], ends[2]
end

function pipe.metatable.__gc(self)
  local record = client.record(self)
  local here = client.pid()
  if record and not record.closed and record.held == here then
    table.insert(record.space.dropped, record)
  end
end

-- An end that is about to be used: held by this process, and open.  False: the deadline came before.
local function check_end(record, call, deadline)
  if record.closed then
    object.misuse(record, call, "was closed before; it cannot be used any more in this process")
  end
  if not tell_dropped(record.space, deadline) then return false end
  return is_held(record) or hold(record, call, deadline)
end

local function check_way(record, call, number)
  if record.options.duplex ~= "0" or record.options["end"] == number then return end
  object.misuse(record, call, "the other end does this; of s.pipe(name, false) the first end receives and the second "
    .. "sends")
end

local function wait(record, call, deadline, op, ...)
  return request.ask(record, call, deadline, op, record.id, record.options["end"], request.may(deadline), ...)
end

-- ---- methods ----

pipe.method("send", 2, function(record, ...)
  local value, timeout = ...
  if select("#", ...) == 0 then
    object.misuse(record, "send", "a value is expected; nil is sent by send(nil)")
  end
  local deadline = object.deadline(record, "send", timeout)
  check_way(record, "send", "2")
  if not check_end(record, "send", deadline) then return nil, "timeout" end
  local cell, lent = object.encode(record, "send", value, deadline)
  if not cell then return nil, "timeout" end
  return object.sent(object.send(record, "send", deadline, lent, "pipe_send", record.options["end"],
    request.may(deadline), cell))
end)

pipe.method("recv", 1, function(record, timeout)
  local deadline = object.deadline(record, "recv", timeout)
  check_way(record, "recv", "1")
  if not check_end(record, "recv", deadline) then return nil, "timeout" end
  local status, cell = wait(record, "recv", deadline, "pipe_receive")
  if status ~= "ok" then return nil, status end
  local bytes = object.take(record, "recv", deadline, cell)
  if bytes == nil then return nil, "timeout" end
  return object.value(record, "recv", bytes)
end)

pipe.method("poll", 1, function(record, timeout)
  local deadline = object.deadline(record, "poll", timeout)
  check_way(record, "poll", "1")
  return check_end(record, "poll", deadline) and wait(record, "poll", deadline, "pipe_poll") == "ok"
end)

pipe.method("close", 0, function(record)
  if record.closed then return true end
  -- so that the other end learns of it, though this one was never used
  if not is_held(record) then hold(record, "close") end
  record.closed = true
  object.ask(record, "close", "pipe_drop", record.options["end"])
  return true
end)

--- pipe.watch: for ipc.wait: an end that is open, is held, and receives.
function pipe.watch(record, call, deadline)
  check_end(record, call, deadline) -- where that is too late, so is the watch
  check_way(record, call, "1")
  return "pipe", record.id, record.options["end"]
end

--- pipe.take: what ipc.receive has taken: true and the value in the cell; false: too late.
function pipe.take(record, call, deadline, cell)
  local bytes = object.take(record, call, deadline, cell)
  if bytes == nil then return false end
  return true, object.value(record, call, bytes)
end

return pipe
