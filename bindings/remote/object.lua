--- Object: what all far objects share.  An object is a userdata with a record, { space =, kind =, id =, name =,
--- options =, [1] = what travels }; a class is the methods, properties and metamethods of a kind.
---
--- Every call is one request: what comes back is an outcome (true; nil and a reason), or raises at the script's line in
--- the name of the object: `lock "till" at redis://lab/kitchen: release: ...`.
local client = require "remote.client"
local check = require "remote.check"
local request = require "remote.request"

local object = {}

-- kind = class, of those that have been loaded
local classes = {}

--- object.title: what an object is called in texts, without secrets.
object.title = request.title
local title = object.title

--- object.misuse: raises in the name of an object and a call.
function object.misuse(record, call, ...)
  check.misuse(title(record), call, ...)
end

--- object.deadline: a timeout of a call, checked: when it is over; nil: never; 0: at once.
function object.deadline(record, call, seconds)
  if seconds == nil then return nil end
  return check.deadline(title(record), call, seconds)
end

-- ---- requests ----

--- object.ask: a request about an object that does not wait for others, but until the server answers: its status and
--- fields.
function object.ask(record, call, op, ...)
  return request.ask(record, call, nil, op, record.id, ...)
end
local ask = object.ask

--- object.wait: one that waits until the deadline.
function object.wait(record, call, deadline, op, ...)
  return request.ask(record, call, deadline, op, record.id, request.may(deadline), ...)
end

--- object.outcome: what a script gets for a status: true; true, "abandoned"; nil, reason.
function object.outcome(status)
  if status == "ok" then return true end
  if status == "abandoned" then return true, "abandoned" end
  return nil, status
end
local outcome = object.outcome

local UNANSWERED = "the server did not answer: unless somebody has the message by then, this task's next call takes it "
  .. "back"

--- object.sent: the same for the status of what sends a message, and its first field.
function object.sent(status, detail)
  if detail == "unanswered" then return nil, status, UNANSWERED end
  return outcome(status)
end

--- object.asking: a method without arguments that is one request, and returns its outcome.
function object.asking(call, op)
  return function(record) return outcome((ask(record, call, op))) end
end

--- object.waiting: a method with a timeout that is one request, and returns its outcome.
function object.waiting(call, op)
  return function(record, timeout)
    return outcome((object.wait(record, call, object.deadline(record, call, timeout), op)))
  end
end

--- object.number: a property that is an integer in a field of an answer.
function object.number(op, field)
  return function(record)
    return math.tointeger(tonumber((select(1 + field, ask(record, nil, op)))))
  end
end

--- object.own: what this process knows of an object by what it has done: a fork begins without.
function object.own(record)
  local pid = client.pid()
  if record.own_pid ~= pid then record.own, record.own_pid = {}, pid end
  return record.own
end

-- ---- values in messages ----

local INSTEAD = "; put it into a module that both sides have, and send the names"

--- object.LATE: why there is no cell where the deadline came before it was made.
object.LATE = "timeout"
local LATE = object.LATE

--- object.try_encode: a value as a cell: bytes that travel in this space, how many, and what was lent for that (see
--- object.unlend); nil and why it does not.
function object.try_encode(record, call, value, deadline)
  local space = record.space
  local lent = space.lend and space.lend(value, call, deadline)
  if lent == false then return nil, LATE end
  local bytes, why = client.encode(value, "value", space.uid)
  if lent then space.encoded(lent) end
  local cell = bytes and request.send(record, call, "pack", bytes, deadline)
  if cell then return cell, #bytes, lent end
  object.unlend(lent, call)
  if bytes then return nil, LATE end
  return nil, why:find "a function cannot leave its program$" and why .. INSTEAD or why
end

--- object.encode: the cell, and what was lent; raises where it does not travel: nil is for what came too late.
function object.encode(record, call, value, deadline)
  local cell, why, lent = object.try_encode(record, call, value, deadline)
  if not cell and why ~= LATE then object.misuse(record, call, "%s", why) end
  return cell, lent
end

--- object.unlend: the ends of pipes that were lent for a message, which was not sent after all.
function object.unlend(lent, call)
  for _, record in ipairs(lent or {}) do
    request.of_several({ record }, call, 0, "pipe_unlend", record.id, record.options["end"])
  end
end

--- object.send: a request that sends a message: its status and first field.
function object.send(record, call, deadline, lent, op, ...)
  local status, detail = request.of_several({ record }, call, deadline, op, record.id, ...)
  if lent and status ~= "ok" and detail ~= "unanswered" then object.unlend(lent, call) end
  return request.settle(record, call, status, detail)
end

local LARGE = 0x40 -- "@", with which the cell of a value that lies apart begins

--- object.value: the value that bytes are of.
function object.value(record, call, bytes)
  if not bytes then object.misuse(record, call, "cannot receive the value: the server has it no more") end
  local good, value = pcall(client.decode, bytes)
  if not good then object.misuse(record, call, "cannot receive the value: %s", value) end
  return value
end

--- object.take: the bytes of a cell that the last request has taken; false: they are not there.  nil: the deadline came
--- before they were read; then the next request gives them back.
function object.take(record, call, deadline, cell)
  local bytes, why = request.send(record, call, "unpack", cell, true, deadline)
  if why then return nil end
  if cell:byte() == LARGE then request.send(record, call, "free", cell) end
  return bytes or false
end

--- object.take_all: the same of several, which are every third field of an answer, from a place on, and are replaced by
--- their bytes: true.  False: the deadline came before; all are given back.
function object.take_all(record, call, deadline, answer, from)
  local large = {}
  for i = from, answer.n, 3 do
    local cell = answer[i]
    local bytes, why = request.send(record, call, "unpack", cell, true, deadline)
    if why then return false end
    if cell:byte() == LARGE then large[#large + 1] = cell end
    answer[i] = bytes or false
  end
  for _, cell in ipairs(large) do request.send(record, call, "free", cell) end
  return true
end

--- object.decode: the value in a cell that stays.
function object.decode(record, call, cell)
  return object.value(record, call, request.send(record, call, "unpack", cell))
end

-- ---- classes ----

local function fields_of(class)
  local names = { table.unpack(class.order) }
  for _, name in ipairs(class.property_order) do names[#names + 1] = name end
  return table.concat(names, ", ")
end

local function index(class)
  local methods, properties = class.methods, class.properties
  return function(self, key)
    local found = methods[key]
    if found then return found end
    local record = client.record(self)
    local property = properties[key]
    if property then return property(record) end
    object.misuse(record, nil, 'there is no field or method "%s"; there are: %s', tostring(key), fields_of(class))
  end
end

local function newindex(self, key)
  object.misuse(client.record(self), nil, 'the field "%s" cannot be set; an object is changed by its methods',
    tostring(key))
end

--- object.state: the words for how an object is at the moment, as the engine has them.
function object.state(record)
  local good, status, _, _, text = pcall(record.space.session.tell, record.space.session, "look", record.id,
    record.options["end"] or "")
  if not good then return request.words(tostring(status):find(": lost", 1, true) and "lost" or "unreachable") end
  return status == "ok" and text or request.words(status)
end

local function describe(self)
  local record = client.record(self)
  return title(record) .. ": " .. object.state(record)
end

--- object.class: a kind of far objects, to be filled by `class.method(name, most, fn)`, `class.property(name, fn)`
--- and in `class.metatable`.  fn gets the record, and a method besides what it was called with, which is at most so
--- many values.  `class.options` are the constructor's, of which `class.check` makes what the engine is told.
function object.class(kind)
  local class = { kind = kind, methods = {}, order = {}, properties = {}, property_order = {}, metatable = {},
    options = { "name" } }
  local metatable = class.metatable
  metatable.__name, metatable.__metatable = kind, kind
  metatable.__tostring, metatable.__newindex, metatable.__index = describe, newindex, index(class)
  metatable.__fields = {} -- what index finds, for who completes names
  class.method = function(name, most, fn)
    class.order[#class.order + 1] = name
    metatable.__fields[name] = fn
    class.methods[name] = client.method(function(self, ...)
      local record = client.record(self)
      if not record or record.kind ~= kind then check.wrong_object(name, kind, self) end
      if select("#", ...) > most then check.count(title(record), name, most, select("#", ...)) end
      return fn(record, ...)
    end)
  end
  class.property = function(name, fn)
    class.property_order[#class.property_order + 1] = name
    class.properties[name], metatable.__fields[name] = fn, true
  end
  classes[kind] = class
  client.class(kind, metatable)
  return class
end

-- ---- making and receiving ----

--- object.class_of: the class of a kind; loads its file.
function object.class_of(kind)
  if not classes[kind] then require("remote." .. kind) end
  return classes[kind]
end

-- Both ends of a pipe have one id.
local function identity(id, part) return ("%s %s"):format(id, part or "") end

--- object.none_known: for a new space: its objects of this Lua state, so that what arrives again is the same userdata.
--- Those of a session that was lost are others.
function object.none_known() return setmetatable({}, { __mode = "v" }) end

--- object.known: the userdata of this Lua state for an object; the same one for the same object.
function object.known(space, kind, id, name, options)
  local known, key = space.known, identity(id, options["end"])
  local found = known[key]
  if found then return found end
  local plain = { space.uid, kind = kind, id = id, name = name, options = options }
  local record = { plain, space = space, kind = kind, id = id, name = name, options = options }
  local class = object.class_of(kind)
  if class.adopt then class.adopt(record) end
  found = client.object(class.metatable, record)
  known[key] = found
  return found
end

--- object.is_known: whether this Lua state has the record's object.
function object.is_known(record)
  return record.space.known[identity(record.id, record.options["end"])] ~= nil
end

--- object.of: the userdata of a record.
function object.of(record)
  return object.known(record.space, record.kind, record.id, record.name, record.options)
end

--- object.receive: the object that stands in a message as such a table: another program's, so it is looked at.
function object.receive(plain)
  local space = require "remote.space".of_uid(plain[1])
  local options = type(plain.options) == "table" and plain.options or {}
  if not space or type(plain.id) ~= "string" or type(plain.name) ~= "string" or not space.kinds[plain.kind] then
    error("an object of a space that this program has not opened", 0)
  end
  local received = object.known(space, plain.kind, plain.id, plain.name, options)
  if type(plain.from) == "string" then
    local record = client.record(received)
    record.lenders = record.lenders or {}
    table.insert(record.lenders, plain.from)
  end
  return received
end

return object
