--- Items: what is in a queue, in its order.
--
-- An item is { id, attempt, cell, priority }: the id counts puts.  fifo, lifo: the list q<ID> of "ID ATTEMPT CELL",
-- and, where items come back, the sorted set r<ID> of them by id, taken from before the list.  priority: the sorted set
-- q<ID> of the same texts with the id in 16 digits, by priority: ties in order of arrival, also of what comes back.
local engine = ...
local call, store = engine.call, engine.store
local match, netstrings = string.match, store.netstrings

local CHUNK = 500 -- arguments of a command

local items = {}
engine.items = items

local function pack(item)
  return item.id .. " " .. item.attempt .. " " .. item.cell
end

local function unpack_item(text, priority)
  local id, attempt, cell = match(text, "^0*(%d+) (%d+) (.*)$")
  return { id = id, attempt = attempt, cell = cell, priority = priority or "" }
end

local function pack_ordered(item)
  return ("0"):rep(16 - #item.id) .. pack(item)
end

local function key_of(o)
  return engine.object.key(o, "q")
end

-- How many are in the list of one without priorities.
local function length_of(o)
  local memory = o.memory
  memory.length = memory.length or call("LLEN", key_of(o))
  return memory.length
end

--- How many there are.
function items.size(o)
  if o.order == "priority" then return call("ZCARD", key_of(o)) end
  local size = length_of(o)
  return o.returned and size + call("ZCARD", store.key("r", o.id)) or size
end

--- Adds one.  Returns whether it is the only one.
function items.add(o, item)
  if o.order ~= "priority" then
    o.memory.length = call("RPUSH", key_of(o), pack(item))
    return o.memory.length == 1
  end
  call("ZADD", key_of(o), item.priority == "" and 0 or item.priority, pack_ordered(item))
  return call("ZCARD", key_of(o)) == 1
end

--- Adds several: as add, one by one.
function items.add_many(o, list)
  local was_empty = items.size(o) == 0
  if o.order == "priority" then
    for _, item in ipairs(list) do items.add(o, item) end
    return was_empty
  end
  local texts = {}
  for i, item in ipairs(list) do
    texts[#texts + 1] = pack(item)
    if #texts == CHUNK or i == #list then
      o.memory.length = call("RPUSH", key_of(o), (unpack or table.unpack)(texts))
      texts = {}
    end
  end
  return was_empty
end

--- Gives one back that was taken: it comes out before all others, or by its priority.
function items.give_back(o, item)
  if o.order == "priority" then
    items.add(o, item)
    return
  end
  call("ZADD", store.key("r", o.id), item.id, pack(item))
  if not o.returned then engine.object.set(o, "returned", "1") end
end

--- Takes one out, wherever it is.  False: it is not in the queue.
function items.withdraw(o, item)
  if o.order == "priority" then return call("ZREM", key_of(o), pack_ordered(item)) == 1 end
  o.memory.length = nil
  return call("LREM", key_of(o), -1, pack(item)) == 1 or call("ZREM", store.key("r", o.id), pack(item)) == 1
end

local function take_returned(o)
  local text = call(o.order == "lifo" and "ZPOPMAX" or "ZPOPMIN", store.key("r", o.id))[1]
  if text then return unpack_item(text) end
  engine.object.clear(o, "returned")
end

--- Takes the next; nil: there is none.
function items.take(o)
  if o.order == "priority" then
    local found = call("ZPOPMIN", key_of(o))
    return found[1] and unpack_item(found[1], found[2])
  end
  local item = o.returned and take_returned(o)
  if item then return item end
  if length_of(o) == 0 then return nil end
  o.memory.length = o.memory.length - 1
  return unpack_item(call(o.order == "lifo" and "RPOP" or "LPOP", key_of(o)))
end

--- Takes the next ones, as many as there are up to `max`: a list.
function items.take_many(o, max)
  if max == 1 then
    local item = items.take(o)
    return item and { item } or {}
  end
  local list = {}
  while #list < max and (o.order == "priority" or o.returned) do
    local item = items.take(o)
    if not item then return list end
    list[#list + 1] = item
  end
  if #list == max then return list end
  if length_of(o) == 0 then return list end
  local texts = call(o.order == "lifo" and "RPOP" or "LPOP", key_of(o), max - #list)
  o.memory.length = o.memory.length - #texts
  for _, text in ipairs(texts) do list[#list + 1] = unpack_item(text) end
  return list
end

--- The item of a text as `hold` keeps it, and back.
function items.kept(item)
  return item.priority .. " " .. pack(item)
end

function items.of_kept(text)
  local priority, rest = text:match "^(%S*) (.*)$"
  return unpack_item(rest, priority)
end

--- As the client gets it: cell, id (with the priority, where there is one: so that it can come back), attempt.
function items.fields(item, list)
  list = list or {}
  list[#list + 1] = item.cell
  list[#list + 1] = item.priority == "" and item.id or item.id .. "/" .. item.priority
  list[#list + 1] = item.attempt
  return list
end

--- The same as one text.
function items.packed(item)
  return netstrings(item.cell, item.priority == "" and item.id or item.id .. "/" .. item.priority, item.attempt)
end

--- The item of three fields.
function items.of_fields(cell, id, attempt)
  local number, priority = id:match "^(%d+)/?(.*)$"
  return { id = number, attempt = attempt, cell = cell, priority = priority }
end

--- Deletes all.
function items.discard(o)
  o.memory.length = nil
  engine.object.discard("q", o.id, o.order == "priority" and "sorted" or "list")
  engine.object.discard("r", o.id, "sorted")
end
