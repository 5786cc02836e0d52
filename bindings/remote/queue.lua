--- Queue: messages from many writers to many readers.
local client = require "remote.client"
local check = require "remote.check"
local object = require "remote.object"
local request = require "remote.request"

local queue = object.class "queue"

queue.options = { "maxsize", "order", "redeliver", "name" }

local ORDERS = { fifo = true, lifo = true, priority = true }
local AT_ONCE, BYTES_AT_ONCE = 250, 65536 -- in one request of put_many and get_many

function queue.check(maxsize, order, redeliver)
  local options = {}
  local function add(name, value)
    options[#options + 1] = name
    options[#options + 1] = value
  end
  if maxsize ~= nil then add("maxsize", check.integer(nil, "queue", "maxsize", maxsize, 0, 1 << 28)) end
  if order ~= nil and not ORDERS[order] then
    check.misuse(nil, "queue", 'order must be "fifo", "lifo" or "priority", not %s', tostring(order))
  elseif order ~= nil then
    add("order", order)
  end
  redeliver = check.boolean("queue", "redeliver", redeliver)
  if redeliver ~= nil then add("redeliver", redeliver and 1 or 0) end
  return options
end

-- ---- put ----

local function check_priority(record, priority)
  if priority == nil then return "" end
  if type(priority) ~= "number" or priority ~= priority then
    object.misuse(record, "put", "the priority must be a number, not %s", check.shown(priority))
  end
  if record.options.order ~= "priority" then
    object.misuse(record, "put", 'this queue has no priorities; make it with order = "priority"')
  end
  return ("%.17g"):format(priority)
end

local function check_value(record, call, given)
  if given > 0 then return end
  object.misuse(record, call, "a value is expected; nil is sent by %s(nil)", call)
end

local function put(record, call, value, deadline, priority)
  local cell, lent = object.encode(record, call, value, deadline)
  if not cell then return "timeout" end
  return object.send(record, call, deadline, lent, "queue_put", request.may(deadline), cell, priority)
end

queue.method("put", 2, function(record, ...)
  check_value(record, "put", select("#", ...))
  local value, timeout = ...
  local priority = ""
  if type(timeout) == "table" then
    check.keys(object.title(record), "put", timeout, { "timeout", "priority" })
    priority, timeout = check_priority(record, timeout.priority), timeout.timeout
  end
  return object.sent(put(record, "put", value, object.deadline(record, "put", timeout), priority))
end)

queue.method("try_put", 1, function(record, ...)
  check_value(record, "try_put", select("#", ...))
  return object.sent(put(record, "try_put", (...), 0, ""))
end)

-- Cells of the list's items from `from` on, as many as go into one request; and why the next one does not travel.
-- cells.lent: what was lent for each.
local function batch(record, list, from, count, deadline)
  local cells, size = { lent = {} }, 0
  while from + #cells <= count and #cells < AT_ONCE and size < BYTES_AT_ONCE do
    local cell, more, lent = object.try_encode(record, "put_many", list[from + #cells], deadline)
    if not cell then return cells, more end
    cells[#cells + 1] = cell
    cells.lent[#cells] = lent or nil
    size = size + more
  end
  return cells
end

-- The cells from that place on were not put.
local function unlend_from(cells, first)
  for i = first, #cells do object.unlend(cells.lent[i], "put_many") end
end

queue.method("put_many", 2, function(record, list, timeout)
  if type(list) ~= "table" then
    object.misuse(record, "put_many", "a list is expected, not %s", check.a_type(list))
  end
  local deadline = object.deadline(record, "put_many", timeout)
  local count, n = #list, 0
  while n < count do
    local cells, why = batch(record, list, n + 1, count, deadline)
    if #cells == 0 and why == object.LATE then return n, "timeout" end
    local status, put_now = request.of_several({ record }, "put_many", deadline, "queue_put_many", record.id,
      table.unpack(cells))
    if status ~= "ok" then
      if put_now ~= "unanswered" then unlend_from(cells, 1) end
      request.settle(record, "put_many", status, put_now)
      return n, select(2, object.sent(status, put_now))
    end
    put_now = math.tointeger(tonumber(put_now))
    unlend_from(cells, put_now + 1)
    n = n + put_now
    if put_now < #cells then -- full: the next one waits
      local good, reason, more = object.sent(put(record, "put_many", list[n + 1], deadline, ""))
      if not good then return n, reason, more end
      n = n + 1
    elseif why and why ~= object.LATE then
      object.misuse(record, "put_many", "item %d (those before it were put): %s", n + 1, why)
    end
  end
  return n
end)

-- ---- get ----

-- What was taken and is to be reported by task_done: the ids of a queue that redelivers, in the order of taking.
local function note(record, id)
  if record.options.redeliver ~= "1" then return end
  local own = object.own(record)
  own.taken = own.taken or {}
  table.insert(own.taken, id)
end

-- The value in the fields of an item that was taken: true, value.  False: it came too late, and goes back.
local function take(record, call, deadline, cell, id)
  local bytes = object.take(record, call, deadline, cell)
  if bytes == nil then return false end
  note(record, id)
  return true, object.value(record, call, bytes)
end

local function get(record, call, deadline)
  local status, cell, id = object.wait(record, call, deadline, "queue_get")
  if status ~= "ok" then return nil, status end
  local good, value = take(record, call, deadline, cell, id)
  if not good then return nil, "timeout" end
  return value
end

queue.method("get", 1, function(record, timeout)
  return get(record, "get", object.deadline(record, "get", timeout))
end)

queue.method("try_get", 0, function(record) return get(record, "try_get", 0) end)

-- Adds the items in the fields of an answer to the list: three fields each.  One that cannot be received takes none of
-- the others along: list.why tells of it.
local function add_items(record, list, answer)
  for i = 2, answer.n, 3 do
    note(record, answer[i + 1])
    local good, item = pcall(object.value, record, "get_many", answer[i])
    if good then
      list.n = list.n + 1
      list[list.n] = item
    else
      list.why = list.why or item
    end
  end
  return answer.n // 3
end

local function get_some(record, list, most, deadline)
  local answer = table.pack(request.ask(record, "get_many", deadline, "queue_get_many", record.id, most,
    request.may(deadline)))
  if answer[1] ~= "ok" then return answer[1] end
  if not object.take_all(record, "get_many", deadline, answer, 2) then return "timeout" end
  return "ok", add_items(record, list, answer)
end

queue.method("get_many", 2, function(record, most, timeout)
  most = check.integer(object.title(record), "get_many", "max", most, 1, 2147483647)
  local deadline = object.deadline(record, "get_many", timeout)
  local list = { n = 0 }
  local status = get_some(record, list, math.min(most, AT_ONCE), deadline)
  if status ~= "ok" then return nil, status end
  while list.n < most and not list.why do
    local asked = math.min(most - list.n, AT_ONCE)
    local again, got = get_some(record, list, asked, 0)
    if again ~= "ok" or got < asked then break end
  end
  local why = list.why
  if list.n == 0 then error(why, 0) end
  list.n, list.why = nil, nil
  return list, why
end)

queue.method("items", 0, function(record)
  local i = 0
  return client.method(function()
    local value, why = get(record, "items", nil)
    if why == "closed" then return nil end
    i = i + 1
    return i, value
  end)
end)

-- ---- state ----

local size = object.number("queue_size", 1)

queue.method("size", 0, size)
queue.method("is_empty", 0, function(record) return size(record) == 0 end)
queue.method("is_full", 0, function(record)
  local maxsize = math.tointeger(tonumber(record.options.maxsize)) or 0
  return maxsize > 0 and size(record) >= maxsize
end)

queue.method("task_done", 0, function(record)
  local taken = object.own(record).taken
  local item = taken and taken[1] or ""
  local status = object.ask(record, "task_done", "queue_task_done", item)
  if item ~= "" then table.remove(taken, 1) end
  return object.outcome(status)
end)

queue.method("join", 1, object.waiting("join", "queue_join"))
queue.method("close", 0, object.asking("close", "queue_close"))

queue.property("maxsize", function(record) return math.tointeger(tonumber(record.options.maxsize)) or 0 end)
queue.property("order", function(record) return record.options.order end)
queue.property("redeliver", function(record) return record.options.redeliver == "1" end)

function queue.metatable.__len(self) return size(client.record(self)) end

--- queue.watch: for ipc.wait.
function queue.watch(record) return "queue", record.id end

--- queue.take: what ipc.receive has taken of a queue: true and the value in the fields of its answer; false: too late.
queue.take = take

return queue
