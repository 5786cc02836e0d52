--- Far: a space on a server, as what a picture is taken of (view.h tells of the same for one on this machine): tasks
--- and objects by the engine's own words, read without a session.
local client = require "server.client"

local far = {}
far.__index = far

-- What a task has of an object while others wait for it.
local ENDS_WAIT = { lock = true, read = true, write = true, claim = true, seat = true }

local function number(text) return math.tointeger(tonumber(text)) or 0 end

local function title_of(kind, name, id)
  return name ~= "" and ('%s "%s"'):format(kind, name) or ("%s#%s"):format(kind, id)
end

--- The space at an address; nil and why it cannot be looked into.
function far.open(address, options)
  local space = client.space_of(address)
  if not space then return nil, "the address names no space: add one, redis://HOST/SPACE" end
  local connection, why = client.try(address, options)
  if not connection then return nil, why end
  local status, wrong = client.status(connection, space)
  if not status then return nil, wrong end
  return setmetatable({ connection = connection, space_name = space, titles = {} }, far)
end

function far:name() return self.space_name end

function far:identity() return self.space_name end

--- Bytes that the server uses, and may use; 0 where the user may not ask.
function far:memory()
  local info = self.connection:command("INFO", "memory")
  if type(info) ~= "string" then return 0, 0 end
  local most = number(info:match "maxmemory:(%d+)")
  return number(info:match "used_memory:(%d+)"), most > 0 and most or number(info:match "total_system_memory:(%d+)")
end

function far.spaces() return {} end

--- The objects; those without a name, too.
function far:objects()
  local list = {}
  client.each(self.connection, self.space_name, "objects", 4, function(id, kind, name, state)
    self.titles[id] = title_of(kind, name, id)
    list[#list + 1] = { offset = number(id), title = self.titles[id], kind = kind, number = number(id), name = name,
      state = state, moves = nil }
  end)
  return list
end

-- Enters what the tasks of a session hold, and who holds an object: holders[id] = { task numbers }.
local function add_holdings(self, session, of_task, holders)
  local fields = client.look(self.connection, self.space_name, "holdings", session) or {}
  for i = 1, #fields, 4 do
    local owner, what, id = table.unpack(fields, i, i + 2)
    local task = of_task[owner]
    if task and self.titles[id] then
      task.holds[#task.holds + 1] = number(id)
      if ENDS_WAIT[what] then
        holders[id] = holders[id] or {}
        table.insert(holders[id], task.number)
      end
    end
  end
end

local function new_task(count, member, name)
  return { number = count, tid = 0, pid = member.pid, host = member.host, state = "running", since = 0, waits = "",
    where = "", holds = {}, enders = {}, known = true, daemon = false, elsewhere = true,
    name = ("%s on %s"):format(name, member.host) }
end

-- Enters the tasks of a session; they are found by their owner in of_task.
local function add_tasks(self, list, member, of_task)
  local fields = client.look(self.connection, self.space_name, "tasks", member.session) or {}
  for i = 1, #fields, 7 do
    local id, name, op, object, _, _, ms = table.unpack(fields, i, i + 6)
    local task = of_task[id:match "^%d+"] or new_task(#list + 1, member, name ~= "" and name or member.name)
    if not of_task[id:match "^%d+"] then list[#list + 1] = task end
    of_task[id:match "^%d+"] = task
    if op ~= "" then
      task.state, task.since = "waiting", number(ms) / 1000
      task.waits = ("%s %s"):format(op:gsub("^%l+_", ""), self.titles[object] or "")
      task.object, task.wanted = self.titles[object] and number(object), object
    end
  end
end

--- The tasks of all sessions.
function far:tasks()
  local list, holders, members = {}, {}, {}
  client.each_member(self.connection, self.space_name, function(session, host, pid, _, name)
    members[#members + 1] = { session = session, host = host, pid = number(pid), name = name }
  end)
  for _, member in ipairs(members) do
    local of_task = {}
    add_tasks(self, list, member, of_task)
    add_holdings(self, member.session, of_task, holders)
  end
  for _, task in ipairs(list) do
    for _, holder in ipairs(task.wanted and holders[task.wanted] or {}) do
      if holder ~= task.number then task.enders[#task.enders + 1] = holder end
    end
  end
  return list
end

function far:close() self.connection:close() end

return far
