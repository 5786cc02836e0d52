--- Store: keys, netstrings, the clock and growing numbers of one space.
local engine = ...
local redis = engine.redis
local type, tonumber, format, concat, max = type, tonumber, string.format, table.concat, math.max

local store = {}
engine.store = store

local prefix

--- Which space the calls are for from now on, by the prefix of its keys.  False: it is none.
function store.enter(space)
  if space == prefix then return true end
  if not space or not space:match "^tl:{[%w._-]+}:$" then return false end
  prefix = space
  return true
end

--- The prefix of the space's keys.
function store.space()
  return prefix
end

--- The key of a family (a letter or a word) for an id; see bindings/docs/engine.md, Keys.
function store.key(family, id)
  return id and prefix .. family .. id or prefix .. family
end

--- The text of a whole number of 64 bits: tostring of Lua 5.1 keeps 14 digits.
function store.digits(n)
  return format("%d", n)
end

local function netstring(field)
  if type(field) == "number" then field = format("%d", field) end
  return #field .. ":" .. field
end

--- Netstrings one after another, of texts and whole numbers.
function store.pack(list)
  local count = list and #list or 0
  if count == 0 then return "" end
  if count == 1 then return netstring(list[1]) end
  if count == 2 then return netstring(list[1]) .. netstring(list[2]) end
  local parts = {}
  for i = 1, count do parts[i] = netstring(list[i]) end
  return concat(parts)
end

--- The fields again, from a place in the text on.
function store.unpack(packed, from)
  local list = {}
  from = from or 1
  while true do
    local colon = packed:find(":", from, true)
    if not colon then return list end
    local size = tonumber(packed:sub(from, colon - 1))
    list[#list + 1] = packed:sub(colon + 1, colon + size)
    from = colon + size + 1
  end
end

--- A whole hash as a table; nil: there is none.
function store.hash(key)
  local flat = redis.call("HGETALL", key)
  if #flat == 0 then return nil end
  local hash = {}
  for i = 1, #flat, 2 do hash[flat[i]] = flat[i + 1] end
  return hash
end

--- The server's clock in microseconds: the only clock there is here.
function store.microseconds()
  local time = redis.call("TIME")
  return time[1] * 1000000 + time[2]
end

function store.milliseconds()
  local time = redis.call("TIME")
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

--- Whether a moment (ms, as text; nil: none) is over.
function store.is_over(moment)
  return moment ~= nil and store.milliseconds() > tonumber(moment)
end

--- The clock as a text that costs little, and how many ms ago it was so.
function store.stamp()
  local time = redis.call("TIME")
  return time[1] .. "." .. time[2]
end

function store.since(stamp)
  local seconds, rest = stamp:match "^(%d+)%.(%d+)$"
  return math.floor((store.microseconds() - (seconds * 1000000 + rest)) / 1000)
end

local floor -- a number that none had reached which was drawn before

--- The clock has been read (ms): numbers that grow begin there.  By every beat: this Lua state may be that of a replica
--- that has taken over, and had been the master before.
function store.advance(now)
  floor = max(floor or 0, now * 1000)
end

--- A number above `last`, and above all that were drawn before the server came back, or another took over, without the
--- last second: drawn one by one, numbers grow slower than the microseconds that they began with.
function store.growing(last)
  floor = floor or store.microseconds()
  return format("%d", max((tonumber(last) or 0) + 1, floor))
end

--- An id for an object, never drawn before in this space.
function store.new_id()
  local key = store.key "space"
  local id = store.growing(redis.call("HGET", key, "ids"))
  redis.call("HSET", key, "ids", id)
  return id
end

--- A key for what is left of a collection, never drawn before in this space: without the prefix.
function store.rest()
  return "rest" .. store.digits(redis.call("HINCRBY", store.key "space", "rests", "1"))
end
