--- The keys of a fake Redis (fake_redis.lua), and the commands that are for keys of any type, strings, and the server.
local keys = { commands = {} }

local commands = keys.commands

--- The entry of the key; nil: there is none.  Raises where it is of another kind.
function keys.get(server, key, kind)
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

--- The entry of the key, made where there was none.
function keys.need(server, key, kind)
  local entry = keys.get(server, key, kind)
  if not entry then
    entry = MAKE[kind]()
    entry.type = kind
    server.data[key] = entry
  end
  return entry
end

--- Drops the key whose entry has become empty.
function keys.drop_empty(server, key, size)
  if size == 0 then server.data[key] = nil end
end

function commands.EXISTS(server, ...)
  local n = 0
  for _, key in ipairs{ ... } do
    if keys.get(server, key) then n = n + 1 end
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
  local entry = keys.get(server, from)
  if not entry then error("ERR no such key", 0) end
  server.data[from] = nil
  server.data[to] = entry
  return "OK"
end

function commands.PERSIST(server, key)
  local entry = keys.get(server, key)
  if not entry or not entry.ends then return 0 end
  entry.ends = nil
  return 1
end

function commands.SET(server, key, value, word, seconds)
  server.data[key] = { type = "string", text = value, ends = word == "EX" and server.clock + seconds * 1000000 or nil }
  return "OK"
end

function commands.GET(server, key)
  local entry = keys.get(server, key, "string")
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

return keys
