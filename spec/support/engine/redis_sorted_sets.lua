--- The commands of a fake Redis (fake_redis.lua) for sorted sets.
local keys = dofile "spec/support/engine/redis_keys.lua"
local text_of = dofile "spec/support/engine/redis_text.lua"

local commands = {}

local function score_text(score)
  if score == math.huge then return "inf" end
  if score == -math.huge then return "-inf" end
  return text_of(score)
end

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
  local entry, new = keys.need(server, key, "zset"), 0
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
  local entry, gone = keys.get(server, key, "zset"), 0
  if not entry then return 0 end
  for _, member in ipairs{ ... } do
    if entry.scores[member] then
      entry.scores[member], entry.sorted = nil, nil
      gone = gone + 1
    end
  end
  entry.size = entry.size - gone
  keys.drop_empty(server, key, entry.size)
  return gone
end

function commands.ZCARD(server, key)
  local entry = keys.get(server, key, "zset")
  return entry and entry.size or 0
end

function commands.ZSCORE(server, key, member)
  local entry = keys.get(server, key, "zset")
  return entry and entry.scores[member] and score_text(entry.scores[member]) or false
end

function commands.ZINCRBY(server, key, by, member)
  local entry = keys.get(server, key, "zset")
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
  local entry = keys.get(server, key, "zset")
  local list = members(entry)
  local first, last = bounds(list, from, to)
  return slice(entry, list, first, last, with == "WITHSCORES")
end

function commands.ZREVRANGE(server, key, from, to, with)
  local entry = keys.get(server, key, "zset")
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
  local entry, list = keys.get(server, key, "zset"), {}
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
  for _, member in ipairs(members(keys.get(server, key, "zset"))) do
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
  local entry, found = keys.get(server, key, "zset"), {}
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
    keys.drop_empty(server, key, entry.size)
  end
  return found
end

function commands.ZPOPMIN(server, key, count)
  return pop_ordered(server, key, count, false)
end

function commands.ZPOPMAX(server, key, count)
  return pop_ordered(server, key, count, true)
end

return commands
