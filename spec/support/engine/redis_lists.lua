--- The commands of a fake Redis (fake_redis.lua) for lists.
local keys = dofile "spec/support/engine/redis_keys.lua"

local commands = {}

function commands.LLEN(server, key)
  local entry = keys.get(server, key, "list")
  return entry and entry.last - entry.first + 1 or 0
end

function commands.RPUSH(server, key, ...)
  local entry = keys.need(server, key, "list")
  for _, value in ipairs{ ... } do
    entry.last = entry.last + 1
    entry[entry.last] = value
  end
  return commands.LLEN(server, key)
end

function commands.LPUSH(server, key, ...)
  local entry = keys.need(server, key, "list")
  for _, value in ipairs{ ... } do
    entry.first = entry.first - 1
    entry[entry.first] = value
  end
  return commands.LLEN(server, key)
end

local function pop(server, key, left)
  local entry = keys.get(server, key, "list")
  if not entry then return false end
  local at = left and entry.first or entry.last
  local value = entry[at]
  entry[at] = nil
  if left then entry.first = at + 1 else entry.last = at - 1 end
  keys.drop_empty(server, key, entry.last - entry.first + 1)
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
  local entry = keys.get(server, key, "list")
  return entry and entry[entry.first + index] or false
end

function commands.LRANGE(server, key, from, to)
  local entry, list = keys.get(server, key, "list"), {}
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
  local entry = keys.get(server, key, "list")
  local first, last = entry and entry.first or 1, entry and entry.last or 0
  if count < 0 then first, last = last, first end
  for at = first, last, count do
    if entry[at] == value then
      table.move(entry, at + 1, entry.last + 1, at)
      entry.last = entry.last - 1
      keys.drop_empty(server, key, entry.last - entry.first + 1)
      return 1
    end
  end
  return 0
end

return commands
