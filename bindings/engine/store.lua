--- Store: keys, netstrings, the clock and growing numbers of one space.
local engine = ...
local call = engine.call
local type, tonumber, format, concat = type, tonumber, string.format, table.concat
local byte, sub = string.byte, string.sub

local store = {}
engine.store = store

local MOST = 8192

local prefix
local memory, memories, remembered = nil, {}, 0 -- memory: of this space
local entered = {}
-- Of this call: its turn; what it has to write.
local turn
local changed, count = {}, 0

-- What is remembered of a space is what its keys hold, as long as nobody else has written them.  So each call counts
-- the number `turn`: who finds another number there than the one behind that of his last call has
-- another library, or another server, before him, and begins with nothing; so does he whose last call has failed.
-- Where he begins, the number becomes the clock: two servers that have both been the master do not count alike.

--- What a file remembers of each space: enter(memory) is called with its table when calls begin to be for another one,
--- and with an empty one where what it has remembered does not count any more.
function store.on_enter(enter)
  entered[#entered + 1] = enter
end

--- One thing more is remembered.
function store.remember()
  remembered = remembered + 1
end

local function switch(space)
  if remembered >= MOST then memories, remembered = {}, 0 end
  memory = memories[space] or { turn_key = space .. "turn" }
  memories[space], prefix = memory, space
  for _, enter in ipairs(entered) do enter(memory) end
end

local function forget_all()
  memories[prefix] = nil
  switch(prefix)
end

-- Which space the calls are for from now on, by the prefix of its keys.  False: it is none.
local function enter(space)
  if not space or not space:match "^tl:{[%w._-]+}:$" then return false end
  switch(space)
  return true
end

-- A turn that was not counted to before; nil: there is no space of that name yet.
local function first_turn(counted)
  if call("HEXISTS", prefix .. "space", "uid") == 0 then
    call("DEL", memory.turn_key)
    return nil
  end
  local now = store.microseconds()
  if now <= counted then return counted end
  call("SET", memory.turn_key, format("%d", now))
  return now
end

--- A call begins, for the space whose keys have that prefix: what is remembered of it; nil: there is no such space.
--- Where one that is no session ("-") only looks nothing is counted, nor remembered.
function store.begin(space, session, op)
  if (space ~= prefix or remembered >= MOST) and not enter(space) then return nil end
  count = 0
  if session == "-" and engine.looks[op] and not memory.has_chores then
    forget_all()
    turn = nil
    return memory
  end
  turn = call("INCR", memory.turn_key)
  if turn - 1 ~= memory.turn then
    forget_all()
    turn = first_turn(turn)
  end
  return memory
end

--- Something has changed: thing.write(thing) writes it at the end of the call.  A call that fails before has not.
function store.change(thing)
  count = count + 1
  changed[count] = thing
end

--- Writes what has changed by now.
function store.write()
  for i = 1, count do
    local thing = changed[i]
    changed[i] = nil
    thing.write(thing)
  end
  count = 0
end

--- The call has done all that it had to.
function store.finish()
  for i = 1, count do
    local thing = changed[i]
    thing.write(thing)
  end
  memory.turn = turn
end

--- The prefix of the space's keys.
function store.space()
  return prefix
end

--- The key of a family (a letter or a word) for an id; see bindings/docs/engine.md, Keys.
function store.key(family, id)
  return id and prefix .. family .. id or prefix .. family
end

-- Texts of small numbers: to make one is dear in the server's Lua.
local DIGITS, LENGTHS, FOLLOWING = {}, {}, {}
for n = 0, 255 do DIGITS[n], LENGTHS[n] = format("%d", n), format("%d:", n) end
for digit = 0, 8 do FOLLOWING[byte(DIGITS[digit])] = DIGITS[digit + 1] end

--- The text of a whole number of 64 bits: tostring of Lua 5.1 keeps 14 digits.
function store.digits(n)
  return DIGITS[n] or format("%d", n)
end

--- The digits of the number that follows.
function store.following(digits)
  local last = FOLLOWING[byte(digits, -1)]
  return last and sub(digits, 1, -2) .. last or format("%d", digits + 1)
end

local function netstring(field)
  if type(field) == "number" then field = DIGITS[field] or format("%d", field) end
  local size = #field
  return (LENGTHS[size] or size .. ":") .. field
end

--- The same of two texts, one after another; and of three.
function store.pair(a, b)
  local x, y = #a, #b
  return (LENGTHS[x] or x .. ":") .. a .. (LENGTHS[y] or y .. ":") .. b
end

function store.netstrings(a, b, c)
  local x, y, z = #a, #b, #c
  return (LENGTHS[x] or x .. ":") .. a .. (LENGTHS[y] or y .. ":") .. b .. (LENGTHS[z] or z .. ":") .. c
end

--- Netstrings one after another, of texts and whole numbers; a text: they are that already.
function store.pack(list)
  if type(list) == "string" then return list end
  local n = list and #list or 0
  if n == 0 then return "" end
  if n == 1 then return netstring(list[1]) end
  if n == 2 then return netstring(list[1]) .. netstring(list[2]) end
  if n == 3 then return netstring(list[1]) .. netstring(list[2]) .. netstring(list[3]) end
  local parts = {}
  for i = 1, n do parts[i] = netstring(list[i]) end
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
  local flat = call("HGETALL", key)
  if #flat == 0 then return nil end
  local hash = {}
  for i = 1, #flat, 2 do hash[flat[i]] = flat[i + 1] end
  return hash
end

--- The server's clock in microseconds: the only clock there is here.
function store.microseconds()
  local time = call("TIME")
  return time[1] * 1000000 + time[2]
end

function store.milliseconds()
  local time = call("TIME")
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

--- Whether a moment (ms, as text; nil: none) is over.
function store.is_over(moment)
  return moment ~= nil and store.milliseconds() > tonumber(moment)
end

--- The clock as a text that costs little, and how many ms ago it was so.
function store.stamp()
  local time = call("TIME")
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
  if not floor or now * 1000 > floor then floor = now * 1000 end
end

--- A number above `last`, and above all that were drawn before the server came back, or another took over, without the
--- last second: drawn one by one, numbers grow slower than the microseconds that they began with.
function store.growing(last)
  floor = floor or store.microseconds()
  if last and tonumber(last) >= floor then return store.following(last) end
  return format("%d", floor)
end

--- An id for an object, never drawn before in this space.
function store.new_id()
  local key = store.key "space"
  local id = store.growing(call("HGET", key, "ids"))
  call("HSET", key, "ids", id)
  return id
end

--- A key for what is left of a collection, never drawn before in this space: without the prefix.
function store.rest()
  return "rest" .. store.digits(call("HINCRBY", store.key "space", "rests", "1"))
end
