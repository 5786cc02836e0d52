--- Watch: what is looked at: a program's own arena and the spaces that its processes have open, or one space.
local client = require "server.client"
local far = require "top.far"
local view = require "top.view"

local watch = {}
watch.__index = watch

local SPACES_AGAIN = 5 -- seconds until it is asked again which spaces there are
local PROCESSES_MOST = 200 -- whose spaces are looked for

local function command_line(pid)
  local file = io.open(("/proc/%d/cmdline"):format(pid))
  local text = file and file:read "a" or ""
  if file then file:close() end
  local words = {}
  for word in text:gmatch "[^%z]+" do words[#words + 1] = word end
  if words[1] then words[1] = words[1]:match "[^/]*$" end
  return (table.concat(words, " "):gsub("%c", " "))
end

local function of_program(pid)
  local found, why = view.program(pid)
  if not found then return nil, why end
  return setmetatable({ pid = pid, title = command_line(pid), main = found, spaces = {}, looked = -math.huge }, watch)
end

local function of_space(name)
  local found, why = view.space(name)
  if not found then return nil, why end
  return setmetatable({ space = name, title = "space " .. name, main = found, spaces = {} }, watch)
end

--- The programs of this user that run: { { pid =, title = } }, by their pids.
function watch.programs()
  local list = view.programs()
  table.sort(list, function(a, b) return a.pid < b.pid end)
  for _, program in ipairs(list) do program.title = command_line(program.pid) end
  return list
end

local function of_address(address)
  local found, why = far.open(address, { insecure = true })
  if not found then return nil, why end
  return setmetatable({ space = found:name(), far = true, title = "space " .. found:name() .. " of a server",
    main = found, spaces = {} }, watch)
end

--- What the word names, for people: of an address, without its user and password.
function watch.shown(what) return (what:gsub("^(redi[^/]*//)[^/]*@", "%1")) end

--- Opens what the word names: a pid, a space, or the address of one; nil and why that cannot be looked into.
function watch.open(what)
  if client.is_address(what) then return of_address(what) end
  if what:find "^%d+$" and #what < 9 then return of_program(math.tointeger(tonumber(what))) end
  return of_space(what)
end

-- Those of the processes that were opened since, and which nobody has open any more.
function watch:find_spaces(pids)
  if not self.pid or view.now() - self.looked < SPACES_AGAIN then return end
  self.looked = view.now()
  local before, found = {}, {}
  for _, space in ipairs(self.spaces) do before[space:identity()] = space end
  for i = 1, math.min(#pids, PROCESSES_MOST) do
    for _, space in ipairs(self.main:spaces(pids[i])) do
      local identity = space:identity()
      if found[identity] or before[identity] then space:close() end
      found[identity] = found[identity] or before[identity] or space
    end
  end
  self.spaces = {}
  for identity, space in pairs(before) do
    if not found[identity] then space:close() end
  end
  for _, space in pairs(found) do self.spaces[#self.spaces + 1] = space end
  table.sort(self.spaces, function(a, b) return a:name() < b:name() end)
end

function watch:close()
  self.main:close()
  for _, space in ipairs(self.spaces) do space:close() end
end

return watch
