--- Space: what ipc.open returns for an address: a function for each kind of object, as of a space of this machine.
local client = require "remote.client"
local nearest = require "help.nearest"
local check = require "remote.check"
local request = require "remote.request"
local object = require "remote.object"
local differences = require "remote.differences"
local way_out = require "remote.way_out"

local space = {}

local KINDS = { "barrier", "condition", "event", "latch", "lock", "pipe", "pool", "queue", "rlock", "rwlock",
  "semaphore", "table", "value" }
local NAME_MOST = 47

local IS_KIND = {}
for _, kind in ipairs(KINDS) do IS_KIND[kind] = true end

-- uid = { session =, where =, name =, uid =, kinds =, known =, facade = }, the spaces that this Lua state has open
local spaces = {}
local space_of = setmetatable({}, { __mode = "k" }) -- what scripts have = one of those

local title = request.title

-- ---- objects by name ----

local function check_name(here, call, name)
  if space_of[name] then check.misuse(title(here), call, "call it with '.', not ':'") end
  if type(name) == "table" and call ~= "remove" then
    check.misuse(title(here), call, 'the name is the first argument: s.%s("NAME", { ... })', call)
  elseif type(name) ~= "string" then
    check.misuse(title(here), call, "the name must be a string, not %s", check.shown(name))
  end
  if #name == 0 or #name > NAME_MOST or name:find "\0" then
    check.misuse(title(here), call, "a name has 1 to %d bytes, and no zero byte", NAME_MOST)
  end
end

local function mismatch(here, call, kind, name, state)
  check.misuse(nil, call, 'in the space "%s" there is another under this name: %s "%s": %s; ask for that, or remove it '
    .. "with s:remove(name)", here.name, kind, name, state)
end

-- The rest of an answer as options.
local function options_of(...)
  local options, list = {}, { ... }
  for i = 1, #list, 2 do options[list[i]] = list[i + 1] end
  return options
end

local function present(here, kind, id, name, made, ...)
  local class = object.class_of(kind)
  if class.present then return class.present(here, id, name, options_of(...), made) end
  return object.known(here, kind, id, name, options_of(...))
end

-- The answer of "find": nothing is no trouble here.
local function found_under(here, call, name)
  local answer = table.pack(request.send(here, call, "ask", nil, "find", name))
  if answer[1] ~= "removed" then request.settle(here, call, table.unpack(answer, 1, answer.n)) end
  return answer
end

-- What stands under the name: for a call that gives the name alone.
local function find(here, kind, name)
  local answer = found_under(here, kind, name)
  if answer[1] == "removed" then return nil end
  if answer[3] ~= kind then
    local _, _, _, state = request.tell(here, kind, "look", answer[2], "")
    mismatch(here, kind, answer[3], name, state)
  end
  return answer
end

local function made(here, kind, name, status, id, now, standing, ...)
  if status == "differs" then mismatch(here, kind, id, name, now) end
  if standing ~= kind then mismatch(here, kind, standing, name, "another kind") end
  return present(here, kind, id, name, now == "1", ...)
end

local function gathered(class, ...)
  if class.gather then return class.gather(...) end
  return ...
end

-- The values of the options as class.check wants them, with the space and the object's name behind.
local function checked(here, class, name, ...)
  if not class.check then return {} end
  local values = { ... }
  local count = #class.options - 1
  values[count + 1], values[count + 2] = here, name
  return class.check(table.unpack(values, 1, count + 2))
end

local function make(here, class, name, ...)
  local kind = class.kind
  local options = checked(here, class, name, check.options(kind, class.options, gathered(class, ...)))
  return made(here, kind, name,
    request.ask(here, kind, nil, "make", kind, name, "space", table.unpack(options, 1, #options)))
end

local function constructor(here, kind)
  return client.method(function(name, ...)
    check_name(here, kind, name)
    if select("#", ...) == 0 then
      local found = find(here, kind, name)
      if found then return present(here, kind, found[2], name, false, table.unpack(found, 4, found.n)) end
    end
    return make(here, object.class_of(kind), name, ...)
  end)
end

local function refusing(here, kind)
  return client.method(function() check.misuse(title(here), kind, differences.refused[kind]) end)
end

-- ---- the space itself ----

local function checked_space(self, call)
  local here = space_of[self]
  if not here then
    check.misuse(nil, call, "a space is expected, as ipc.open returns it (was it called with ':'?)")
  end
  return here
end

-- Calls add(fields...) with so many fields of an answer at a time, of a request with a cursor.
local function each(here, call, op, width, add)
  local cursor = "0"
  repeat
    local answer = table.pack(request.tell(here, call, op, cursor))
    cursor = answer[2]
    for i = 3, answer.n, width do add(table.unpack(answer, i, i + width - 1)) end
  until cursor == "0"
end

local methods = {}

function methods.list(self, ...)
  local here = checked_space(self, "list")
  check.count(title(here), "list", 0, select("#", ...))
  local list = {}
  each(here, "list", "list", 4, function(_, kind, name, state)
    list[#list + 1] = { name = name, kind = kind, state = ('%s "%s": %s'):format(kind, name, state) }
  end)
  return list
end

function methods.remove(self, name, ...)
  local here = checked_space(self, "remove")
  check.count(title(here), "remove", 1, 1 + select("#", ...))
  if name ~= nil then
    check_name(here, "remove", name)
    local _, removed = request.ask(here, "remove", nil, "remove", name)
    return removed == "1"
  end
  repeat
    local _, more = request.ask(here, "remove", nil, "clear_space")
  until more ~= "1"
  return true
end

-- What the script calls what a task waits in: "get queue \"orders\"".
local function waits_in(op, kind, name)
  if op == "" then return nil end
  local call = op:match "^%a+_(.+)$" or op
  return ('%s %s "%s"'):format(call == "receive" and kind == "pipe" and "recv" or call, kind, name)
end

-- The tasks of a session, as { name =, waits =, since = }; none where it has ended meanwhile.
local function tasks_of(here, session)
  local list = {}
  local answer = table.pack(request.send(here, "members", "tell", "tasks", session))
  for i = 2, answer[1] == "ok" and answer.n or 1, 7 do
    local _, name, op, _, kind, object_name, ms = table.unpack(answer, i, i + 6)
    local waits = waits_in(op, kind, object_name)
    list[#list + 1] = { name = name, waits = waits, since = waits and (tonumber(ms) or 0) / 1000 }
  end
  return list
end

function methods.members(self, ...)
  local here = checked_space(self, "members")
  check.count(title(here), "members", 0, select("#", ...))
  local list = {}
  each(here, "members", "members", 8, function(session, host, pid, program, name, left)
    list[#list + 1] = { host = host, pid = math.tointeger(tonumber(pid)), program = program, name = name,
      lease = (tonumber(left) or 0) / 1000, tasks = tasks_of(here, session) }
  end)
  return list
end

-- ---- what a script has ----

local metatable = { __name = "space", __metatable = "space" }

-- What __index finds in every space, for who completes names.
metatable.__fields = { name = "" }
for name, method in pairs(methods) do metatable.__fields[name] = method end
for _, kind in ipairs(KINDS) do metatable.__fields[kind] = methods.list end

function metatable.__tostring(self) return title(checked_space(self, "tostring")) end

function metatable.__newindex(self)
  check.misuse(title(checked_space(self, "newindex")), nil,
    "objects are made by s.queue(name), s.lock(name) and so on; no field can be set")
end

function metatable.__index(self, key)
  local here = space_of[self]
  local found = here.members[key]
  if found ~= nil then return found end
  local names = {}
  for name in pairs(here.members) do
    if not differences.refused[name] then names[#names + 1] = name end
  end
  table.sort(names)
  local meant = type(key) == "string" and nearest(key, names)
  if meant then check.misuse(title(here), nil, "has no %s; did you mean %s?", key, meant) end
  check.misuse(title(here), nil, "has no %s; there are: %s", tostring(key), table.concat(names, ", "))
end

-- One a session: of a space that was lost and is opened again, all objects are others.
local function new_space(session)
  local here = { session = session, uid = session.uid, name = session.name, where = session.where, kinds = IS_KIND,
    known = object.none_known(), members = { name = session.name } }
  for name, method in pairs(methods) do here.members[name] = client.method(method) end
  for _, kind in ipairs(KINDS) do here.members[kind] = constructor(here, kind) end
  for kind in pairs(differences.refused) do here.members[kind] = refusing(here, kind) end
  here.facade = setmetatable({}, metatable)
  space_of[here.facade] = here
  spaces[here.uid] = here
  return here
end

-- The space of a session; what was opened again after its session was lost is a new one, whose objects are new.
local function space_of_session(session)
  local here = spaces[session.uid]
  return here and here.session == session and here or new_space(session)
end

--- space.of_uid: the space with this id, where this program has it open; else nil.
function space.of_uid(uid)
  local session = type(uid) == "string" and client.session(uid)
  return session and space_of_session(session) or spaces[uid]
end

--- space.of: what is behind the space of a script; nil for anything else.
function space.of(facade) return space_of[facade] end

local OPTIONS = { "name", "functions", "insecure", "lease", "on_lost", "ca", "password_file" }

local function check_options(options)
  check.keys(nil, "open", options, OPTIONS)
  if check.boolean("open", "functions", options.functions) then check.misuse(nil, "open", differences.functions) end
  check.boolean("open", "insecure", options.insecure)
  local lease, on_lost, ca, password_file = options.lease, options.on_lost, options.ca, options.password_file
  if lease ~= nil and (math.type(lease) == nil or lease ~= lease or lease < 0.1 or lease > 3600) then
    check.misuse(nil, "open", "lease must be a number of seconds from 0.1 to 3600, not %s", check.shown(lease))
  elseif on_lost ~= nil and on_lost ~= "raise" and on_lost ~= "kill" then
    check.misuse(nil, "open", 'on_lost must be "raise" or "kill", not %s', check.shown(on_lost))
  elseif ca ~= nil and type(ca) ~= "string" then
    check.misuse(nil, "open", "ca must be the name of a file, not %s", check.a_type(ca))
  elseif password_file ~= nil and type(password_file) ~= "string" then
    check.misuse(nil, "open", "password_file must be the name of a file, not %s", check.a_type(password_file))
  end
end

--- space.open: the space at an address: `ipc.open("redis://lab/kitchen", { lease = 5 })`.
function space.open(address, options, ...)
  check.count(nil, "open", 2, 2 + select("#", ...))
  if type(address) == "table" and options == nil then
    options, address = address, address.name
  end
  if options ~= nil and type(options) ~= "table" then
    check.misuse(nil, "open", "the options must be a table, not %s", check.a_type(options))
  end
  options = options or {}
  check_options(options)
  local good, session, why = pcall(client.open, address, options)
  if not good then request.again(session) end
  if not session then check.misuse(nil, "open", "%s%s", why, way_out(address, why)) end
  return space_of_session(session).facade
end

return space
