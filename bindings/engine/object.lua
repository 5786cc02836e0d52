--- Object: what has an id, a kind and perhaps a name; made, found, removed.
--
-- The hash o<ID> has kind, name, life, the options and the state.  The hash `names` leads from names to ids, the
-- sorted set `objects` has all ids in the order in which they were made.
--
-- `engine.kinds[KIND]`:
--   options   { name = default }; `compared`: those that must be as asked where the object stands
--   state_fields   the names of 4 to 6 fields, all that ever change; they are kept as one text, and none has a comma
--             or is empty
--   begin     begin(o, given, me, pairs): what a new one needs beside its options; may return an error's text
--   lines     lines(o) -> list: where tasks wait for it
--   removed   removed(o): frees what it has beside its hash
--   state     state(o, asker) -> text, for people
local engine = ...
local redis, store = engine.redis, engine.store
local unpack, match, next, pairs, setmetatable = unpack or table.unpack, string.match, next, pairs, setmetatable

local object = {}
engine.object = object

local MOST_LETTERS = 255

-- Those of this call, by id (false: removed), and what is to be written of them: [o] = { [field] = true }; of those
-- whose kind has state fields: [o] = true.
local loaded, changed = {}, {}

-- What never changes of an object, by its key: so that its state alone is read.  An id is never drawn again.
local known, known_count = {}, 0
local MOST_KNOWN = 4096

local function learn(key, o)
  local plain = {}
  for field, value in pairs(o) do plain[field] = value end
  if known_count == MOST_KNOWN then known, known_count = {}, 0 end
  known[key], known_count = { __index = plain }, known_count + 1
end

-- The pattern of a state, by its number of fields.
local PATTERNS = {}
for n = 1, 6 do PATTERNS[n] = "^([^,]*)" .. (",([^,]*)"):rep(n - 1) .. "$" end

local function assign(o, names, a, b, c, d, e, f)
  if a ~= "" then o[names[1]] = a end
  if b and b ~= "" then o[names[2]] = b end
  if c and c ~= "" then o[names[3]] = c end
  if d and d ~= "" then o[names[4]] = d end
  if e and e ~= "" then o[names[5]] = e end
  if f and f ~= "" then o[names[6]] = f end
  return o
end

local function add_state(o, names, state)
  return assign(o, names, match(state, PATTERNS[#names]))
end

local function pack_state(o, names)
  local a, b, c, d, e, f = o[names[1]] or "", o[names[2]], o[names[3]], o[names[4]], o[names[5]], o[names[6]]
  local count = #names
  if count == 4 then return a .. "," .. (b or "") .. "," .. (c or "") .. "," .. (d or "") end
  a = a .. "," .. (b or "") .. "," .. (c or "") .. "," .. (d or "") .. "," .. (e or "")
  return count == 5 and a or a .. "," .. (f or "")
end

local function read(key)
  local plain = known[key]
  local state = plain and redis.call("HGET", key, "state")
  if state then return add_state(setmetatable({}, plain), engine.kinds[plain.__index.kind].state_fields, state) end
  local o = store.hash(key)
  local names = o and engine.kinds[o.kind].state_fields
  if not names then return o end
  state, o.state = o.state, nil
  learn(key, o)
  return add_state(o, names, state)
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

--- State fields of it have changed: they are written at the end of the call.
function object.touch(o)
  changed[o] = true
end

-- Notes that a field has changed.
local function note(o, name)
  if engine.kinds[o.kind].state_fields then
    changed[o] = true
    return
  end
  changed[o] = changed[o] or {}
  changed[o][name] = true
end

--- Sets fields; they are written at the end of the call.
function object.set(o, name, value, ...)
  o[name] = value
  note(o, name)
  if ... then object.set(o, ...) end
end

function object.clear(o, name, ...)
  o[name] = nil
  note(o, name)
  if ... then object.clear(o, ...) end
end

--- Counts in a field; the sum.
function object.count(o, field, n)
  local sum = (o[field] or 0) + n
  o[field] = store.digits(sum)
  note(o, field)
  return sum
end

local function write(o, fields)
  local key = store.key("o", o.id)
  if fields == true then
    redis.call("HSET", key, "state", pack_state(o, engine.kinds[o.kind].state_fields))
    return
  end
  local list, gone = {}, {}
  for name in pairs(fields) do
    if o[name] == nil then
      gone[#gone + 1] = name
    else
      list[#list + 1] = name
      list[#list + 1] = o[name]
    end
  end
  if #list > 0 then redis.call("HSET", key, unpack(list)) end
  if #gone > 0 then redis.call("HDEL", key, unpack(gone)) end
end

--- Writes what has changed of objects, at the end of a call.
function object.save()
  for o, fields in next, changed do
    if loaded[o.id] == o then write(o, fields) end
  end
end

--- Knows none, at the beginning of a call: the one before may have failed.
function object.forget()
  for id in next, loaded do loaded[id] = nil end
  for o in next, changed do changed[o] = nil end
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
  local flat, state, names = {}, {}, family.state_fields
  if names then flat = { "state", pack_state(o, names) } end
  for _, field in ipairs(names or {}) do state[field] = true end
  for field, value in pairs(o) do
    if field ~= "id" and not state[field] then
      flat[#flat + 1] = field
      flat[#flat + 1] = value
    end
  end
  redis.call("HSET", store.key("o", o.id), unpack(flat))
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
