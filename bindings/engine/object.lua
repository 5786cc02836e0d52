--- Object: what has an id, a kind and perhaps a name; made, found, removed.
--
-- The hash o<ID> has kind, name, life, the options and the state.  The hash `names` leads from names to ids, the
-- sorted set `objects` has all ids in the order in which they were made.
--
-- `engine.kinds[KIND]`:
--   options   { name = default }; `compared`: those that must be as asked where the object stands
--   state_fields   the names of at most 6 fields, all that ever change; they are kept as one text, and none has a comma
--             or is empty
--   begin     begin(o, given, me, pairs): what a new one needs beside its options; may return an error's text
--   lines     lines(o) -> list: where tasks wait for it
--   removed   removed(o): frees what it has beside its hash
--   state     state(o, asker) -> text, for people
local engine = ...
local call, store = engine.call, engine.store
local match, pairs, change = string.match, pairs, store.change

local object = {}
engine.object = object

local MOST_LETTERS = 255

-- Those that this Lua state has read, by id.  An id is never drawn again.
local known
store.on_enter(function(memory)
  known = memory.objects or {}
  memory.objects = known
end)

-- The pattern of a state, by its number of fields.
local PATTERNS = { [0] = "^" }
for n = 1, 6 do PATTERNS[n] = "^([^,]*)" .. (",([^,]*)"):rep(n - 1) .. "$" end

local function filled(text)
  if text ~= "" then return text end
end

local function take_apart(o, state)
  local names = o.changing
  local a, b, c, d, e, f = match(state, PATTERNS[#names])
  local values = { a, b, c, d, e, f }
  for i = 1, #names do o[names[i]] = filled(values[i]) end
end

local function packed(o, names, from, to)
  local text = o[names[from]] or ""
  for i = from + 1, to do text = text .. "," .. (o[names[i]] or "") end
  return text
end

-- All in one concatenation where there are as many as most have.
local function pack_state(o)
  local names = o.changing
  local n = #names
  if n == 5 then
    return (o[names[1]] or "") .. "," .. (o[names[2]] or "") .. "," .. (o[names[3]] or "") .. ","
      .. (o[names[4]] or "") .. "," .. (o[names[5]] or "")
  end
  return n == 0 and "" or packed(o, names, 1, n)
end

-- Of one that has changed, at the end of a call.
local function write(o)
  o.changed = nil
  if not o.is_removed then call("HSET", o.key, "state", pack_state(o)) end
end

-- What is known of an object beside its fields; `memory` is for what else its kind remembers of it.
local function complete(o, id)
  o.id, o.key, o.changing = id, store.key("o", id), engine.kinds[o.kind].state_fields
  o.keys, o.line, o.write, o.memory = {}, "w" .. id, write, {}
  known[id] = o
  store.remember()
  return o
end

local function learn(id)
  local o = store.hash(store.key("o", id))
  if not o then return nil end
  local state = o.state
  o.state = nil
  take_apart(complete(o, id), state)
  return o
end

--- The object as a table of its fields, with its id, one and the same within a call; nil: there is none of that id.
function object.load(id)
  return known[id] or learn(id)
end

--- The key of a family for an object: made once.
function object.key(o, family)
  local key = o.keys[family]
  if not key then
    key = store.key(family, o.id)
    o.keys[family] = key
  end
  return key
end

--- State fields of it are about to change: they are written at the end of the call.
function object.touch(o)
  if o.changed then return end
  o.changed = true
  change(o)
end
local touch = object.touch

--- Sets state fields.
function object.set(o, name, value, ...)
  touch(o)
  o[name] = value
  if ... then object.set(o, ...) end
end

function object.clear(o, name)
  touch(o)
  o[name] = nil
end

--- Counts in a field; the sum.
function object.count(o, field, n)
  touch(o)
  local sum = (o[field] or 0) + n
  o[field] = store.digits(sum)
  return sum
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

local BESIDE = { "id", "key", "keys", "changing", "changed", "line", "write", "memory", "hold_name" }

-- All fields of a new one, and its state.
local function all_fields(o)
  local flat, own = { "state", pack_state(o) }, {}
  for _, field in ipairs(BESIDE) do own[field] = true end
  for _, field in ipairs(o.changing) do own[field] = true end
  for field, value in pairs(o) do
    if not own[field] then
      flat[#flat + 1] = field
      flat[#flat + 1] = value
    end
  end
  return flat
end

local function create(me, kind, name, life, given, list)
  local family = engine.kinds[kind]
  local o = complete({ kind = kind, name = name, life = life }, store.new_id())
  for option, default in pairs(family.options) do o[option] = given[option] or default end
  local refusal = family.begin and family.begin(o, given, me, list)
  if refusal then
    known[o.id], o.is_removed = nil, true
    return nil, refusal
  end
  call("HSET", o.key, (unpack or table.unpack)(all_fields(o)))
  call("ZADD", store.key "objects", o.id, o.id)
  if name ~= "" then call("HSET", store.key "names", name, o.id) end
  if life == "session" then engine.hold.set(me.session .. ".0", "object", o.id, "", "1") end
  return o
end

--- Makes an object that belongs to another, without a name.
function object.part(me, kind)
  return create(me, kind, "", "part", {}, {})
end

--- The object of a name; nil: there is none.
function object.named(name)
  local id = call("HGET", store.key "names", name)
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
  if o.name ~= "" and call("HGET", names, o.name) == o.id then call("HDEL", names, o.name) end
  call("ZREM", store.key "objects", o.id)
  call("UNLINK", o.key)
  known[o.id], o.is_removed = nil, true
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
  for _, id in ipairs(call("ZRANGE", key, 0, engine.LIMIT - 1)) do
    local o = object.load(id)
    if o then object.remove(o) else call("ZREM", key, id) end
  end
  return "ok", { call("EXISTS", key) }
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
    list = call("LPOP", key, budget) or {}
  elseif how == "sorted" then
    local flat = call("ZPOPMIN", key, budget)
    for i = 1, #flat, 2 do list[#list + 1] = flat[i] end
  else
    local flat = call("HRANDFIELD", key, budget, "WITHVALUES")
    for i = 1, #flat, 2 do
      call("HDEL", key, flat[i])
      list[#list + 1] = flat[i + 1]
    end
  end
  for _, text in ipairs(list) do
    local large = text:match "^[^=@#]*@([^@]*)$"
    if large then call("UNLINK", store.key("x", large)) end
  end
  return #list, #list < budget
end

--- Deletes the collection under a key, later if need be.
function object.discard(family, id, how)
  local key = store.key(family, id)
  if call("EXISTS", key) == 0 then return end
  local rest = store.rest()
  call("RENAME", key, store.key(rest))
  engine.chore.add("discard", rest, how)
end
