--- Table: keys and cells.
--
-- The hash t<ID> has "VERSION CELL" for each key, the sorted set k<ID> the keys in the order in which they were set
-- first, the sorted set e<ID> the times (ms) at which keys end, if any does.  Field version grows with every write;
-- and a lock's fields, for `claim`.  Keys are "iN", "fN", "sTEXT", "b0" or "b1"; cells of numbers "#iN" or "#fN".
local engine = ...
local call, store, object, number, large = engine.call, engine.store, engine.object, engine.number, engine.large
local LIMIT = engine.LIMIT

local function remove(o, key)
  local old = call("HGET", store.key("t", o.id), key)
  if not old then return end
  large.drop(old:match "^%d+ (.*)$")
  call("HDEL", store.key("t", o.id), key)
  call("ZREM", store.key("k", o.id), key)
  if o.mortal then call("ZREM", store.key("e", o.id), key) end
end

-- Removes keys whose time is over: some, and this one in any case.
local function sweep(o, key)
  if not o.mortal then return end
  local now, ends = store.milliseconds(), store.key("e", o.id)
  for _, dead in ipairs(call("ZRANGEBYSCORE", ends, "-inf", now, "LIMIT", 0, LIMIT)) do remove(o, dead) end
  local own = key and call("ZSCORE", ends, key)
  if own and tonumber(own) <= now then remove(o, key) end
end

-- version, cell; "0" and nothing where there is no such key.
local function read(o, key)
  sweep(o, key)
  local text = call("HGET", store.key("t", o.id), key)
  if not text then return "0", "" end
  return text:match "^(%d+) (.*)$"
end

-- ttl: milliseconds; "" for ever; nil: as it is.
local function set_end(o, key, ttl)
  if ttl == "" then
    if o.mortal then call("ZREM", store.key("e", o.id), key) end
  elseif ttl then
    call("ZADD", store.key("e", o.id), store.digits(store.milliseconds() + ttl), key)
    if not o.mortal then object.set(o, "mortal", "1") end
  end
end

local function accept(cell)
  if cell:sub(1, 1) == "#" then
    if number.is(cell:sub(2)) then return true end
    return nil, "a cell with # is a number"
  end
  return large.keep(cell)
end

local function write(o, key, cell, ttl)
  local version = object.count(o, "version", 1)
  local old = call("HGET", store.key("t", o.id), key)
  if old then large.drop(old:match "^%d+ (.*)$") else call("ZADD", store.key("k", o.id), version, key) end
  call("HSET", store.key("t", o.id), key, store.digits(version) .. " " .. cell)
  set_end(o, key, ttl)
end

engine.define("table_get", "table", function(_, o, key)
  return "ok", { read(o, key) }
end)

local function put(o, key, cell, ttl)
  sweep(o, key)
  if cell == "" then
    remove(o, key)
    return true
  end
  local accepted, why = accept(cell)
  if accepted then write(o, key, cell, ttl) end
  return accepted, why
end

engine.define("table_set", "table", function(_, o, key, cell, ttl)
  local done, why = put(o, key, cell, ttl or "")
  if not done then return "error", { why } end
  return "ok"
end)

engine.define("table_swap", "table", function(me, o, key, version, cell)
  local now, old = read(o, key)
  if now ~= version or o.owner and o.owner ~= me.who then
    large.drop(cell)
    return "ok", { 0, now, old }
  end
  local done, why = put(o, key, cell, nil)
  if not done then return "error", { why } end
  return "ok", { 1 }
end)

engine.define("table_add", "table", function(_, o, key, what, init, ttl)
  local version, cell = read(o, key)
  local old = version == "0" and (init == "" and "i0" or init) or cell:match "^#(.*)$"
  if not old then return "error", { "the value is no number" } end
  if not number.is(old) or not number.is(what) then return "error", { "a number is expected" } end
  local sum = number.add(old, what)
  write(o, key, "#" .. sum, version == "0" and ttl or nil)
  return "ok", { sum }
end)

engine.define("table_keys", "table", function(_, o)
  sweep(o)
  local keys = call("ZRANGE", store.key("k", o.id), 0, -1)
  if not o.mortal then return "ok", keys end
  local now, living = store.milliseconds(), {}
  for _, key in ipairs(keys) do
    local ending = call("ZSCORE", store.key("e", o.id), key)
    if not ending or tonumber(ending) > now then living[#living + 1] = key end
  end
  return "ok", living
end)

local function has(o, n)
  return read(o, "i" .. store.digits(n)) ~= "0"
end

-- A border: n is there, and n + 1 is not.
local function border(o)
  local low, high = 0, 1
  while has(o, high) do
    low, high = high, 2 * high
  end
  while high - low > 1 do
    local middle = math.floor((low + high) / 2)
    if has(o, middle) then low = middle else high = middle end
  end
  return low
end

engine.define("table_length", "table", function(_, o)
  return "ok", { border(o) }
end)

engine.kinds.table = {
  options = {},
  state_fields = { "version", "mortal", "owner", "token", "depth", "dead" },
  has_contents = true,
  begin = function(o, _, _, contents)
    for i = 1, #contents, 2 do
      local done, why = put(o, contents[i], contents[i + 1], "")
      if not done then return why end
    end
    o.version = store.digits(#contents / 2)
  end,
  lines = function(o) return { "w" .. o.id } end,
  removed = function(o)
    object.discard("t", o.id, "hash")
    call("UNLINK", store.key("k", o.id), store.key("e", o.id))
  end,
  state = function(o, asker)
    sweep(o)
    local n = call("ZCARD", store.key("k", o.id))
    local held = o.owner and ", " .. engine.lock.state(o, asker) or ""
    return ("%d key%s%s"):format(n, n == 1 and "" or "s", held)
  end,
}
