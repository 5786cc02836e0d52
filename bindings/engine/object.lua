--- Object: what has an id, a kind and perhaps a name; made, found, removed.
--
-- The hash o<ID> has kind, name, life, the options and the state.  The hash `names` leads from names to ids, the
-- sorted set `objects` has all ids in the order in which they were made.
--
-- `engine.kinds[KIND]`:
--   options   { name = default }; `compared`: those that must be as asked where the object stands
--   state_fields   the names of all fields that ever change, where there are few; none of them is ever empty
--   begin     begin(o, given, me, pairs): what a new one needs beside its options; may return an error's text
--   lines     lines(o) -> list: where tasks wait for it
--   removed   removed(o): frees what it has beside its hash
--   state     state(o, asker) -> text, for people
local engine = ...
local redis, store = engine.redis, engine.store

local object = {}
engine.object = object

local MOST_LETTERS = 255

-- Those of this call, by id (false: removed), and what is to be written of them: [o] = { [field] = true }.
local loaded, changed = {}, {}

-- What never changes of an object, by its key: so that the rest is read by name.  An id is never drawn again.
local known, known_count = {}, 0
local MOST_KNOWN = 4096

local function learn(key, o, names)
  local plain = {}
  for field, value in pairs(o) do plain[field] = value end
  for _, name in ipairs(names) do plain[name] = nil end
  if known_count == MOST_KNOWN then known, known_count = {}, 0 end
  known[key], known_count = { __index = plain }, known_count + 1
end

-- The object by what is known of it and its state; nil: it is gone.
local function fill(key, plain)
  local names = engine.kinds[plain.__index.kind].state_fields
  local values, o = redis.call("HMGET", key, "kind", (unpack or table.unpack)(names)), {}
  if values[1] ~= plain.__index.kind then
    known[key] = nil
    return nil
  end
  for i = 1, #names do
    local value = values[i + 1]
    if value and value ~= "" then o[names[i]] = value end
  end
  return setmetatable(o, plain)
end

local function read(key)
  local o = known[key] and fill(key, known[key])
  if o then return o end
  o = store.hash(key)
  local names = o and engine.kinds[o.kind].state_fields
  if not names then return o end
  for _, name in ipairs(names) do
    if o[name] == "" then o[name] = nil end
  end
  learn(key, o, names)
  return o
end

--- The object as a table of its fields, with its id, one and the same within a call; nil: there is none of that id.
function object.load(id)
  local o = loaded[id]
  if o then return o end
  if o == false then return nil end
  o = read(store.key("o", id))
  if not o then return nil end
  o.id = id
  loaded[id] = o
  return o
end

--- Sets fields; at the end of the call they are written.
function object.set(o, ...)
  local fields = changed[o] or {}
  changed[o] = fields
  for i = 1, select("#", ...), 2 do
    local name, value = select(i, ...)
    o[name], fields[name] = value, true
  end
end

function object.clear(o, ...)
  local fields = changed[o] or {}
  changed[o] = fields
  for i = 1, select("#", ...) do
    local name = select(i, ...)
    o[name], fields[name] = nil, true
  end
end

--- Counts in a field; the sum.
function object.count(o, field, n)
  local sum = (o[field] or 0) + n
  object.set(o, field, store.digits(sum))
  return sum
end

-- A field of the state that has no value is empty on the server: so that one command writes all.
local function write(o, fields)
  local list, gone = {}, {}
  local state = engine.kinds[o.kind].state_fields
  for name in pairs(fields) do
    if o[name] == nil and not state then
      gone[#gone + 1] = name
    else
      list[#list + 1] = name
      list[#list + 1] = o[name] or ""
    end
  end
  local key = store.key("o", o.id)
  if #list > 0 then redis.call("HSET", key, (unpack or table.unpack)(list)) end
  if #gone > 0 then redis.call("HDEL", key, (unpack or table.unpack)(gone)) end
end

--- Writes what has changed of objects, at the end of a call.
function object.save()
  for o, fields in pairs(changed) do
    if loaded[o.id] == o then write(o, fields) end
  end
end

--- Knows none, at the beginning of a call: the one before may have failed.
function object.forget()
  for id in pairs(loaded) do loaded[id] = nil end
  for o in pairs(changed) do changed[o] = nil end
end

--- `lock "pan"`, or `lock#17` of one without a name; `short`: without the kind where it has a name.
function object.title(o, short)
  if o.name == "" then return o.kind .. "#" .. o.id end
  return (short and "" or o.kind .. " ") .. '"' .. o.name .. '"'
end

--- Its state in words, as tostring has it near.
function object.state(o, asker)
  return engine.kinds[o.kind].state(o, asker)
end

local function names_of(kind)
  local names = {}
  for name in pairs(engine.kinds[kind].options) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- kind, option, value ... as they stand.
local function options_of(o, list)
  for _, name in ipairs(names_of(o.kind)) do
    list[#list + 1] = name
    list[#list + 1] = o[name] or ""
  end
  local more = engine.kinds[o.kind].shown
  if more then more(o, list) end
  return list
end

local function given_of(kind, pairs_given)
  local family, given = engine.kinds[kind], {}
  if family.has_contents then return given end
  for i = 1, #pairs_given, 2 do
    local name, value = pairs_given[i], pairs_given[i + 1]
    if family.options[name] == nil then return nil, "there is no option " .. tostring(name) end
    local clean = family.clean and family.clean[name]
    given[name] = clean and clean(value) or value
  end
  return given
end

local function is_as_asked(o, kind, given)
  if o.kind ~= kind then return false end
  local uncompared = engine.kinds[kind].uncompared or {}
  for name, value in pairs(given) do
    if o[name] ~= value and not uncompared[name] then return false end
  end
  return true
end

local function create(me, kind, name, life, given, list)
  local family = engine.kinds[kind]
  local o = { id = store.new_id(), kind = kind, name = name, life = life }
  for option, default in pairs(family.options) do o[option] = given[option] or default end
  local refusal = family.begin and family.begin(o, given, me, list)
  if refusal then return nil, refusal end
  local flat = {}
  for field, value in pairs(o) do
    if field ~= "id" then
      flat[#flat + 1] = field
      flat[#flat + 1] = value
    end
  end
  redis.call("HSET", store.key("o", o.id), (unpack or table.unpack)(flat))
  loaded[o.id] = o
  redis.call("ZADD", store.key "objects", o.id, o.id)
  if name ~= "" then redis.call("HSET", store.key "names", name, o.id) end
  if life == "session" then engine.hold.set(me.session .. ".0", "object", o.id, "", "1") end
  return o
end

--- Makes an object that belongs to another, without a name.
function object.part(me, kind)
  return create(me, kind, "", "part", {}, {})
end

--- The object of a name; nil: there is none.
function object.named(name)
  local id = redis.call("HGET", store.key "names", name)
  return id and object.load(id) or nil
end

engine.define("make", nil, function(me, _, kind, name, life, ...)
  local list = { ... }
  if not engine.kinds[kind] then return "error", { "there are no objects of kind " .. tostring(kind) .. " here" } end
  if #name > MOST_LETTERS then return "error", { "a name has at most 255 bytes" } end
  local given, why = given_of(kind, list)
  if not given then return "error", { why } end
  local o = name ~= "" and object.named(name)
  if o and not is_as_asked(o, kind, given) then
    return "differs", options_of(o, { o.kind, object.state(o, me.session) })
  end
  local found = o
  if not o then
    o, why = create(me, kind, name, life, given, list)
    if not o then return "error", { why } end
  end
  return "ok", options_of(o, { o.id, found and 0 or 1, o.kind })
end)

engine.define("find", nil, function(_, _, name)
  local o = object.named(name)
  if not o then return "removed" end
  return "ok", options_of(o, { o.id, o.kind })
end)

--- Removes an object: who waits for it is told so.
function object.remove(o)
  local names, family = store.key "names", engine.kinds[o.kind]
  if o.name ~= "" and redis.call("HGET", names, o.name) == o.id then redis.call("HDEL", names, o.name) end
  redis.call("ZREM", store.key "objects", o.id)
  redis.call("UNLINK", store.key("o", o.id))
  loaded[o.id] = false
  for _, line in ipairs(family.lines(o)) do engine.slot.answer_all(line, "removed") end
  if family.removed then family.removed(o) end
end

engine.define("remove", nil, function(_, _, which)
  local o = which:sub(1, 1) == "#" and object.load(which:sub(2)) or object.named(which)
  if not o then return "ok", { 0 } end
  object.remove(o)
  return "ok", { 1 }
end)

engine.define("clear_space", nil, function()
  local key = store.key "objects"
  for _, id in ipairs(redis.call("ZRANGE", key, 0, engine.LIMIT - 1)) do
    local o = object.load(id)
    if o then object.remove(o) else redis.call("ZREM", key, id) end
  end
  return "ok", { redis.call("EXISTS", key) }
end)

engine.died.object = function(_, id)
  local o = object.load(id)
  if o then object.remove(o) end
end

-- Deletes a collection of texts that end with a cell, and the large values of these.  No text has "=", "@" or "#"
-- before its cell.
engine.chores.discard = function(budget, rest, how)
  local key = store.key(rest)
  local list = {}
  if how == "list" then
    list = redis.call("LPOP", key, budget) or {}
  elseif how == "sorted" then
    local flat = redis.call("ZPOPMIN", key, budget)
    for i = 1, #flat, 2 do list[#list + 1] = flat[i] end
  else
    local flat = redis.call("HRANDFIELD", key, budget, "WITHVALUES")
    for i = 1, #flat, 2 do
      redis.call("HDEL", key, flat[i])
      list[#list + 1] = flat[i + 1]
    end
  end
  for _, text in ipairs(list) do
    local large = text:match "^[^=@#]*@([^@]*)$"
    if large then redis.call("UNLINK", store.key("x", large)) end
  end
  return #list, #list < budget
end

--- Deletes the collection under a key, later if need be.
function object.discard(family, id, how)
  local key = store.key(family, id)
  if redis.call("EXISTS", key) == 0 then return end
  local rest = store.rest()
  redis.call("RENAME", key, store.key(rest))
  engine.chore.add("discard", rest, how)
end
