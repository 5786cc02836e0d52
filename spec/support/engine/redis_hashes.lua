--- The commands of a fake Redis (fake_redis.lua) for hashes.
local keys = dofile "spec/support/engine/redis_keys.lua"

local commands = {}

local function sorted_fields(entry)
  local names = {}
  for name in pairs(entry and entry.fields or {}) do names[#names + 1] = name end
  table.sort(names)
  return names
end

function commands.HSET(server, key, ...)
  local entry, new = keys.need(server, key, "hash"), 0
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
  local entry = keys.get(server, key, "hash")
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
  local entry, list = keys.get(server, key, "hash"), {}
  for _, name in ipairs(sorted_fields(entry)) do
    list[#list + 1] = name
    list[#list + 1] = entry.fields[name]
  end
  return list
end

function commands.HKEYS(server, key)
  return sorted_fields(keys.get(server, key, "hash"))
end

function commands.HVALS(server, key)
  local list = {}
  for i, value in ipairs(commands.HGETALL(server, key)) do
    if i % 2 == 0 then list[#list + 1] = value end
  end
  return list
end

function commands.HLEN(server, key)
  local entry = keys.get(server, key, "hash")
  return entry and entry.size or 0
end

function commands.HDEL(server, key, ...)
  local entry, gone = keys.get(server, key, "hash"), 0
  if not entry then return 0 end
  for _, field in ipairs{ ... } do
    if entry.fields[field] then
      entry.fields[field] = nil
      gone = gone + 1
    end
  end
  entry.size = entry.size - gone
  keys.drop_empty(server, key, entry.size)
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
  local entry, list = keys.get(server, key, "hash"), {}
  local names = sorted_fields(entry)
  for _ = 1, math.min(tonumber(count), #names) do
    local name = table.remove(names, server.random and server.random(#names) or 1)
    list[#list + 1] = name
    if with == "WITHVALUES" then list[#list + 1] = entry.fields[name] end
  end
  return list
end

return commands
