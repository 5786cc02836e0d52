--- Table: a shared table: each read and each write is one request.
local client = require "remote.client"
local check = require "remote.check"
local number = require "remote.number"
local object = require "remote.object"
local request = require "remote.request"
local update = require "remote.update"

local shared = object.class "table"

shared.options = { "init", "name" }

local MOST_AT_ONCE = 2000 -- keys that a new table may have
local METHODS = { "get", "set", "add", "update", "keys" }

-- ---- keys and cells ----

local function check_key(who, call, key)
  local kind = type(key)
  if kind ~= "string" and kind ~= "number" and kind ~= "boolean" then
    check.misuse(who, call, "the key must be a string, a number or a boolean, not %s", check.a_type(key))
  end
  if key ~= key then check.misuse(who, call, "the key is not a number (NaN)") end
  return number.write_key(key)
end

-- Numbers are cells of their own, so that the engine can add to them.
local function to_cell(record, call, value, deadline)
  if value == nil then return "" end
  if math.type(value) then return "#" .. number.write(value) end
  return object.encode(record, call, value, deadline) or update.raise_late()
end

-- nil, true: the value was written meanwhile, so look again.
local function of_cell(record, call, cell, deadline)
  if cell:byte() == 0x23 then return number.read(cell:sub(2)) end
  if cell:byte() ~= 0x40 then return object.decode(record, call, cell) end
  local bytes, why = request.send(record, call, "unpack", cell, false, deadline)
  if why then update.raise_late() end
  if not bytes then return nil, true end
  return object.value(record, call, bytes)
end

-- ask(record, call, op, key): status, version, cell.
local function read_by(ask, record, call, key, deadline)
  while true do
    local _, version, cell = ask(record, call, "table_get", key)
    if version == "0" then return nil, version end
    local value, again = of_cell(record, call, cell, deadline)
    if not again then return value, version end
  end
end

local function read(record, call, key) return read_by(object.ask, record, call, key) end

-- ---- options ----

local function check_ttl(who, call, options, names)
  if options == nil then return "" end
  if type(options) ~= "table" then
    check.misuse(who, call, "the options must be a table, not %s", check.a_type(options))
  end
  check.keys(who, call, options, names)
  local ttl = options.ttl
  if ttl == nil then return "" end
  if type(ttl) ~= "number" then
    check.misuse(who, call, "ttl must be a number of seconds, not %s", check.a_type(ttl))
  end
  if ttl <= 0 or ttl ~= ttl then
    check.misuse(who, call, "ttl must be more than 0 seconds, not %s", ("%.14g"):format(ttl))
  end
  if ttl > 1e9 then return "" end
  return math.tointeger(math.ceil(ttl * 1000))
end

-- ---- methods ----

shared.method("get", 1, function(record, key)
  return (read(record, "get", check_key(object.title(record), "get", key)))
end)

shared.method("set", 3, function(record, ...)
  local who, key, value, options = object.title(record), ...
  if select("#", ...) < 2 then
    check.misuse(who, "set", "a key and a value are expected; nil removes the key")
  end
  local ttl = check_ttl(who, "set", options, { "ttl" })
  key = check_key(who, "set", key)
  object.ask(record, "set", "table_set", key, to_cell(record, "set", value), ttl)
  return true
end)

-- The engine cannot tell what the value is.
local function refuse_to_add(record, key)
  object.misuse(record, "add", "the value of the key is no number, but a %s", type((read(record, "add", key))))
end

shared.method("add", 3, function(record, key, d, options)
  local who = object.title(record)
  key = check_key(who, "add", key)
  if math.type(d) == nil then
    check.misuse(who, "add", "what is to be added must be a number, not %s", check.a_type(d))
  end
  local ttl = check_ttl(who, "add", options, { "init", "ttl" })
  local init = options and options.init
  if init ~= nil and math.type(init) == nil then
    check.misuse(who, "add", "init must be a number, not %s", check.a_type(init))
  end
  local status, sum = request.send(record, "add", "ask", nil, "table_add", record.id, key, number.write(d),
    number.write(init or 0), ttl)
  if status == "error" then refuse_to_add(record, key) end
  request.settle(record, "add", status, sum)
  return number.read(sum)
end)

local steps = {}

function steps.read(record, deadline, _, key)
  local function ask(_, _, op, ...) return update.ask(record, deadline, op, ...) end
  return read_by(ask, record, "update", key, deadline)
end

function steps.compute(record, deadline, fn, old)
  local results = update.call(fn, old)
  if results.n == 0 then
    object.misuse(record, "update", "the function must return the new value; nil removes the key")
  end
  return to_cell(record, "update", results[1], deadline), results[1]
end

function steps.swap(record, deadline, version, cell, key)
  local _, swapped = update.ask(record, deadline, "table_swap", key, version, cell)
  return swapped == "1"
end

shared.method("update", 3, function(record, key, fn, timeout)
  local who = object.title(record)
  key = check_key(who, "update", key)
  check.method_function(who, "update", fn)
  local done, new, more = update.run(record, steps, object.deadline(record, "update", timeout), fn, key)
  if not done then return nil, new, more end
  return new
end)

local function keys(record, call)
  local list = table.pack(object.ask(record, call, "table_keys"))
  table.remove(list, 1)
  list.n = nil
  for i, key in ipairs(list) do list[i] = number.read_key(key) end
  return list
end

shared.method("keys", 0, function(record) return keys(record, "keys") end)

-- ---- as a table of Lua ----

local methods, metatable = shared.methods, shared.metatable

function metatable.__index(self, key)
  local method = methods[key]
  if method then return method end
  local record = client.record(self)
  return (read(record, nil, check_key(object.title(record), nil, key)))
end

local function check_no_method(who, call, key)
  if methods[key] then
    check.misuse(who, call, '"%s" is the name of a method: write such a key by t:set("%s", value), and read it by '
      .. 't:get("%s"); methods there are: %s', key, key, key, table.concat(METHODS, ", "))
  end
end

function metatable.__newindex(self, key, value)
  local record = client.record(self)
  local who = object.title(record)
  check_no_method(who, nil, key)
  key = check_key(who, nil, key)
  object.ask(record, nil, "table_set", key, to_cell(record, nil, value), "")
end

function metatable.__len(self)
  local _, border = object.ask(client.record(self), nil, "table_length")
  return math.tointeger(tonumber(border))
end

function metatable.__pairs(self)
  local record = client.record(self)
  local list, n = keys(record, "pairs"), 0
  return function()
    while true do
      n = n + 1
      local key = list[n]
      if key == nil then return nil end
      local value = read(record, "pairs", number.write_key(key))
      if value ~= nil then return key, value end -- else it was removed meanwhile
    end
  end, self
end

-- ---- making one ----

-- Whether the only argument is options, { init = {...} }, and not the contents themselves.
local function is_options(first)
  if type(rawget(first, "init")) ~= "table" then return false end
  for key in next, first do
    if key ~= "init" and key ~= "name" then return false end
  end
  return true
end

--- table.gather: the constructor's arguments, with contents alone as the options that they are.
function shared.gather(...)
  local first = ...
  if select("#", ...) == 1 and type(first) == "table" and not is_options(first) then return { init = first } end
  return ...
end

function shared.check(init, space, name)
  if init == nil then return {} end
  if type(init) ~= "table" then
    check.misuse(nil, "table", "the contents must be a table, not %s", check.a_type(init))
  end
  local record, pairs_of = { kind = "table", name = name, space = space }, {}
  local who = object.title(record)
  for key, value in next, init do
    if #pairs_of == 2 * MOST_AT_ONCE then
      check.misuse(nil, "table", "the contents have more than %d keys; set the others afterwards", MOST_AT_ONCE)
    end
    check_no_method(who, "table", key)
    pairs_of[#pairs_of + 1] = check_key(who, "table", key)
    pairs_of[#pairs_of + 1] = to_cell(record, "table", value)
  end
  return pairs_of
end

return shared
