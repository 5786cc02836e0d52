--- Fake Redis: the commands that the engine and its clients use, in plain Lua, with a clock that the test moves.
--
--   local server = fake_redis.new()
--   server.call("HSET", key, field, value)        -- as redis.call: false for nil; raises where the server would
--   server.clock = server.clock + 1000000         -- microseconds
--   server.fcall(space, session, task, seq, op, ...) -> "SEQ:STATUS:FIELDS"
--   server.data                                   -- key -> { type =, value ... }, to look into
--   server.come_back(data)                        -- as after a crash, with what it had kept
--
-- It is strict: an argument that is neither text nor number, or a key of another type, raises.  `random(n)`, if set,
-- decides what HRANDFIELD returns.
local fake_redis = {}

local commands = {}

local function text_of(value)
  if type(value) == "string" then return value end
  if type(value) ~= "number" then error("redis.call: an argument is a " .. type(value), 3) end
  if value == math.floor(value) and value - value == 0 then return ("%.0f"):format(value) end
  return ("%.17g"):format(value)
end

local function score_text(score)
  if score == math.huge then return "inf" end
  if score == -math.huge then return "-inf" end
  return text_of(score)
end

-- ---- keys ----

local function get(server, key, kind)
  local entry = server.data[key]
  if entry and entry.ends and entry.ends <= server.clock then
    server.data[key], entry = nil, nil
  end
  if entry and kind and entry.type ~= kind then
    error("WRONGTYPE " .. key .. " is a " .. entry.type .. ", not a " .. kind, 0)
  end
  return entry
end

local MAKE = {
  hash = function() return { fields = {}, size = 0 } end,
  list = function() return { first = 1, last = 0 } end,
  zset = function() return { scores = {}, size = 0 } end,
}

local function need(server, key, kind)
  local entry = get(server, key, kind)
  if not entry then
    entry = MAKE[kind]()
    entry.type = kind
    server.data[key] = entry
  end
  return entry
end

local function drop_empty(server, key, size)
  if size == 0 then server.data[key] = nil end
end

function commands.EXISTS(server, ...)
  local n = 0
  for _, key in ipairs{ ... } do
    if get(server, key) then n = n + 1 end
  end
  return n
end

function commands.DEL(server, ...)
  local n = commands.EXISTS(server, ...)
  for _, key in ipairs{ ... } do server.data[key] = nil end
  return n
end

commands.UNLINK = commands.DEL

function commands.RENAME(server, from, to)
  local entry = get(server, from)
  if not entry then error("ERR no such key", 0) end
  server.data[from] = nil
  server.data[to] = entry
  return "OK"
end

function commands.PERSIST(server, key)
  local entry = get(server, key)
  if not entry or not entry.ends then return 0 end
  entry.ends = nil
  return 1
end

function commands.SET(server, key, value, word, seconds)
  server.data[key] = { type = "string", text = value, ends = word == "EX" and server.clock + seconds * 1000000 or nil }
  return "OK"
end

function commands.GET(server, key)
  local entry = get(server, key, "string")
  return entry and entry.text or false
end

function commands.INCR(server, key)
  local number = math.tointeger(tonumber(commands.GET(server, key) or 0))
  if not number then error("ERR value is not an integer or out of range", 0) end
  commands.SET(server, key, ("%d"):format(number + 1))
  return number + 1
end

function commands.STRLEN(server, key)
  return #(commands.GET(server, key) or "")
end

function commands.TIME(server)
  return { ("%d"):format(server.clock // 1000000), ("%d"):format(server.clock % 1000000) }
end

function commands.PING()
  return "PONG"
end

-- ---- hashes ----

local function sorted_fields(entry)
  local names = {}
  for name in pairs(entry and entry.fields or {}) do names[#names + 1] = name end
  table.sort(names)
  return names
end

function commands.HSET(server, key, ...)
  local entry, new = need(server, key, "hash"), 0
  if select("#", ...) % 2 == 1 then error("ERR wrong number of arguments for HSET", 0) end
  for i = 1, select("#", ...), 2 do
    local field, value = select(i, ...)
    if not entry.fields[field] then new = new + 1 end
    entry.fields[field] = value
  end
  entry.size = entry.size + new
  return new
end

function commands.HSETNX(server, key, field, value)
  if commands.HGET(server, key, field) then return 0 end
  return commands.HSET(server, key, field, value)
end

function commands.HGET(server, key, field)
  local entry = get(server, key, "hash")
  return entry and entry.fields[field] or false
end

function commands.HMGET(server, key, ...)
  local list = {}
  for i, field in ipairs{ ... } do list[i] = commands.HGET(server, key, field) end
  return list
end

function commands.HEXISTS(server, key, field)
  return commands.HGET(server, key, field) and 1 or 0
end

function commands.HGETALL(server, key)
  local entry, list = get(server, key, "hash"), {}
  for _, name in ipairs(sorted_fields(entry)) do
    list[#list + 1] = name
    list[#list + 1] = entry.fields[name]
  end
  return list
end

function commands.HKEYS(server, key)
  return sorted_fields(get(server, key, "hash"))
end

function commands.HVALS(server, key)
  local list = {}
  for i, value in ipairs(commands.HGETALL(server, key)) do
    if i % 2 == 0 then list[#list + 1] = value end
  end
  return list
end

function commands.HLEN(server, key)
  local entry = get(server, key, "hash")
  return entry and entry.size or 0
end

function commands.HDEL(server, key, ...)
  local entry, gone = get(server, key, "hash"), 0
  if not entry then return 0 end
  for _, field in ipairs{ ... } do
    if entry.fields[field] then
      entry.fields[field] = nil
      gone = gone + 1
    end
  end
  entry.size = entry.size - gone
  drop_empty(server, key, entry.size)
  return gone
end

function commands.HINCRBY(server, key, field, by)
  local old = math.tointeger(tonumber(commands.HGET(server, key, field) or 0))
  by = math.tointeger(tonumber(by))
  if not old or not by then error("ERR hash value is not an integer", 0) end
  local sum = old + by
  if (by > 0) ~= (sum > old) and by ~= 0 then error("ERR increment or decrement would overflow", 0) end
  commands.HSET(server, key, field, ("%d"):format(sum))
  return sum
end

function commands.HRANDFIELD(server, key, count, with)
  local entry, list = get(server, key, "hash"), {}
  local names = sorted_fields(entry)
  for _ = 1, math.min(tonumber(count), #names) do
    local name = table.remove(names, server.random and server.random(#names) or 1)
    list[#list + 1] = name
    if with == "WITHVALUES" then list[#list + 1] = entry.fields[name] end
  end
  return list
end

-- ---- lists ----

function commands.LLEN(server, key)
  local entry = get(server, key, "list")
  return entry and entry.last - entry.first + 1 or 0
end

function commands.RPUSH(server, key, ...)
  local entry = need(server, key, "list")
  for _, value in ipairs{ ... } do
    entry.last = entry.last + 1
    entry[entry.last] = value
  end
  return commands.LLEN(server, key)
end

function commands.LPUSH(server, key, ...)
  local entry = need(server, key, "list")
  for _, value in ipairs{ ... } do
    entry.first = entry.first - 1
    entry[entry.first] = value
  end
  return commands.LLEN(server, key)
end

local function pop(server, key, left)
  local entry = get(server, key, "list")
  if not entry then return false end
  local at = left and entry.first or entry.last
  local value = entry[at]
  entry[at] = nil
  if left then entry.first = at + 1 else entry.last = at - 1 end
  drop_empty(server, key, entry.last - entry.first + 1)
  return value
end

local function pop_some(server, key, count, left)
  if not count then return pop(server, key, left) end
  local list = {}
  for i = 1, tonumber(count) do list[i] = pop(server, key, left) or nil end
  return #list > 0 and list or false
end

function commands.LPOP(server, key, count)
  return pop_some(server, key, count, true)
end

function commands.RPOP(server, key, count)
  return pop_some(server, key, count, false)
end

function commands.LINDEX(server, key, index)
  local entry = get(server, key, "list")
  return entry and entry[entry.first + index] or false
end

function commands.LRANGE(server, key, from, to)
  local entry, list = get(server, key, "list"), {}
  local size = entry and entry.last - entry.first + 1 or 0
  from, to = math.tointeger(tonumber(from)), math.tointeger(tonumber(to))
  for i = from < 0 and from + size or from, to < 0 and to + size or math.min(to, size - 1) do
    list[#list + 1] = entry[entry.first + i]
  end
  return list
end

function commands.LREM(server, key, count, value)
  count = tonumber(count)
  if count ~= 1 and count ~= -1 then error("the fake removes the first one only, or the last", 0) end
  local entry = get(server, key, "list")
  local first, last = entry and entry.first or 1, entry and entry.last or 0
  if count < 0 then first, last = last, first end
  for at = first, last, count do
    if entry[at] == value then
      table.move(entry, at + 1, entry.last + 1, at)
      entry.last = entry.last - 1
      drop_empty(server, key, entry.last - entry.first + 1)
      return 1
    end
  end
  return 0
end

-- ---- sorted sets ----

local function members(entry)
  if not entry then return {} end
  if entry.sorted then return entry.sorted end
  local list = {}
  for member in pairs(entry.scores) do list[#list + 1] = member end
  table.sort(list, function(a, b)
    local x, y = entry.scores[a], entry.scores[b]
    if x ~= y then return x < y end
    return a < b
  end)
  entry.sorted = list
  return list
end

local function number_of(text)
  if text == "inf" or text == "+inf" then return math.huge end
  if text == "-inf" then return -math.huge end
  local number = tonumber(text)
  if not number or number ~= number then error("ERR value is not a valid float", 0) end
  return number
end

function commands.ZADD(server, key, ...)
  local entry, new = need(server, key, "zset"), 0
  if select("#", ...) % 2 == 1 then error("ERR syntax error", 0) end
  for i = 1, select("#", ...), 2 do
    local score, member = select(i, ...)
    if not entry.scores[member] then new = new + 1 end
    entry.scores[member], entry.sorted = number_of(score), nil
  end
  entry.size = entry.size + new
  return new
end

function commands.ZREM(server, key, ...)
  local entry, gone = get(server, key, "zset"), 0
  if not entry then return 0 end
  for _, member in ipairs{ ... } do
    if entry.scores[member] then
      entry.scores[member], entry.sorted = nil, nil
      gone = gone + 1
    end
  end
  entry.size = entry.size - gone
  drop_empty(server, key, entry.size)
  return gone
end

function commands.ZCARD(server, key)
  local entry = get(server, key, "zset")
  return entry and entry.size or 0
end

function commands.ZSCORE(server, key, member)
  local entry = get(server, key, "zset")
  return entry and entry.scores[member] and score_text(entry.scores[member]) or false
end

function commands.ZINCRBY(server, key, by, member)
  local entry = get(server, key, "zset")
  local score = (entry and entry.scores[member] or 0) + number_of(by)
  commands.ZADD(server, key, score_text(score), member)
  return score_text(score)
end

local function slice(entry, list, from, to, with)
  local found = {}
  for i = from, to do
    if not list[i] then break end
    found[#found + 1] = list[i]
    if with then found[#found + 1] = score_text(entry.scores[list[i]]) end
  end
  return found
end

local function bounds(list, from, to)
  from, to = math.tointeger(tonumber(from)), math.tointeger(tonumber(to))
  return (from < 0 and from + #list or from) + 1, (to < 0 and to + #list or to) + 1
end

function commands.ZRANGE(server, key, from, to, with)
  local entry = get(server, key, "zset")
  local list = members(entry)
  local first, last = bounds(list, from, to)
  return slice(entry, list, first, last, with == "WITHSCORES")
end

function commands.ZREVRANGE(server, key, from, to, with)
  local entry = get(server, key, "zset")
  local list, reversed = members(entry), {}
  for i = #list, 1, -1 do reversed[#reversed + 1] = list[i] end
  local first, last = bounds(reversed, from, to)
  return slice(entry, reversed, first, last, with == "WITHSCORES")
end

local function limited(list, word, offset, count)
  if word ~= "LIMIT" then return list end
  local found = {}
  for i = offset + 1, math.min(offset + count, #list) do found[#found + 1] = list[i] end
  return found
end

-- Whether a value is behind (side 1) or before (-1) a bound such as "(5".
local function within(value, bound, side, convert)
  local open = bound:sub(1, 1)
  local limit = convert((open == "(" or open == "[") and bound:sub(2) or bound)
  if value == limit then return open ~= "(" end
  return side == 1 and value > limit or side == -1 and value < limit
end

function commands.ZRANGEBYSCORE(server, key, min, max, ...)
  local entry, list = get(server, key, "zset"), {}
  for _, member in ipairs(members(entry)) do
    local score = entry.scores[member]
    if within(score, min, 1, number_of) and within(score, max, -1, number_of) then list[#list + 1] = member end
  end
  return limited(list, ...)
end

local function same(text)
  return text
end

function commands.ZRANGEBYLEX(server, key, min, max, ...)
  local list = {}
  for _, member in ipairs(members(get(server, key, "zset"))) do
    if (min == "-" or within(member, min, 1, same)) and (max == "+" or within(member, max, -1, same)) then
      list[#list + 1] = member
    end
  end
  return limited(list, ...)
end

function commands.ZREVRANGEBYLEX(server, key, max, min, ...)
  local list = commands.ZRANGEBYLEX(server, key, min, max)
  for i = 1, #list // 2 do list[i], list[#list + 1 - i] = list[#list + 1 - i], list[i] end
  return limited(list, ...)
end

local function pop_ordered(server, key, count, last)
  local entry, found = get(server, key, "zset"), {}
  for _ = 1, tonumber(count or 1) do
    local list = members(entry)
    local at = last and #list or 1
    local member = list[at]
    if not member then break end
    found[#found + 1] = member
    found[#found + 1] = score_text(entry.scores[member])
    table.remove(list, at)
    entry.scores[member] = nil
    entry.size = entry.size - 1
    drop_empty(server, key, entry.size)
  end
  return found
end

function commands.ZPOPMIN(server, key, count)
  return pop_ordered(server, key, count, false)
end

function commands.ZPOPMAX(server, key, count)
  return pop_ordered(server, key, count, true)
end

-- ---- the engine on it ----

local function read(name)
  local file = assert(io.open("bindings/engine/" .. name .. ".lua"))
  local text = file:read "a"
  file:close()
  return text
end

--- The text of the library; `change(text)`, if given, breaks it.
function fake_redis.engine_text(change)
  local text = dofile "bindings/engine/joined.lua"(read)
  return change and change(text) or text
end

local function load_library(text)
  local found
  local redis = {
    register_function = function(row) found = row.callback end,
  }
  local environment = setmetatable({ redis = redis }, { __index = _G })
  local chunk = assert(load((text:gsub("^#![^\n]*", "")), "=engine", "t", environment))
  chunk()
  return found, redis
end

--- A server with the engine, or with another text of it.  `server.spy(f)`: the engine calls f instead of server.call.
function fake_redis.new(library)
  local server = { data = {}, clock = 1700000000000000, calls = 0 }
  function server.call(name, ...)
    local command = commands[name]
    if not command then error("ERR unknown command " .. tostring(name), 0) end
    local args = table.pack(...)
    for i = 1, args.n do args[i] = text_of(args[i]) end
    server.calls = server.calls + 1
    return command(server, table.unpack(args, 1, args.n))
  end
  local run, spy
  local function start()
    local redis
    run, redis = load_library(library or fake_redis.engine_text())
    redis.call = function(...) return (spy or server.call)(...) end
  end
  start()
  function server.spy(call) spy = call end
  -- With what it has kept; of the library, the text alone.
  function server.come_back(data)
    server.data = data
    start()
  end
  function server.fcall(space, ...)
    local args = table.pack(...)
    for i = 1, args.n do args[i] = text_of(args[i]) end
    server.clock = server.clock + 1
    return run({ "tl:{" .. space .. "}:" }, args)
  end
  return server
end

--- Netstrings from a place in a text on.
function fake_redis.unpack(text, from)
  local fields = {}
  while true do
    local size, start = text:match("^(%d+):()", from)
    if not size then return fields end
    fields[#fields + 1] = text:sub(start, start + size - 1)
    from = start + math.tointeger(tonumber(size))
  end
end

--- The parts of an answer: SEQ, STATUS, list of fields.
function fake_redis.parse(answer)
  local seq, status, from = answer:match "^(%d+):(%a+):()"
  return seq, status, fake_redis.unpack(answer, from)
end

return fake_redis
