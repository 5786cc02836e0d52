--- Sandbox: what the student's file can reach: a fresh environment, made anew in each schedule.
--
-- It is a list of what there is, not of what is taken away: Lua's own without files, processes of the system, the
-- debug library and binary chunks; and of the runtime what a lab is about. What is left out is still there by name, as
-- a function that ends the schedule and says so: no pcall keeps that back.
--
-- The checker's own functions are other values than those in here: what the student overwrites is his own copy. Of
-- metatables he gets at those of tables alone.
local sandbox = {}

local BASE = [[assert error getmetatable ipairs next pairs pcall rawequal rawget rawlen rawset select tonumber tostring
  type xpcall _VERSION]]
local LIBRARIES = {
  string = "byte char find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper",
  table = "concat insert move pack remove sort unpack",
  math = [[abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad random
    randomseed sin sqrt tan tointeger type ult]],
  coroutine = "close create isyieldable resume running status wrap yield",
  utf8 = "char charpattern codepoint codes len offset",
  os = "clock date difftime time",
  debug = "traceback",
}
local FORBIDDEN = {
  os = "execute exit getenv remove rename setlocale tmpname",
  io = "close input lines open output popen read tmpfile type write",
  debug = [[debug gethook getinfo getlocal getmetatable getregistry getupvalue getuservalue sethook setlocal
    setmetatable setupvalue setuservalue upvalueid upvaluejoin]],
  string = "dump",
}
local TASKS = "process spawn"
local OBJECTS = [[queue pipe lock semaphore event barrier value latch rlock rwlock condition array buffer table pool]]
local OF_IPC = "wait receive sleep yield now cpu_count getpid always current children ps " .. TASKS .. " " .. OBJECTS
local NOT_OF_IPC = [[command thread spawn_thread listen connect open fd on_signal signal register parent sometimes
  outcome choose seed getppid]]

local MOST_TASKS, MOST_MADE, MOST_PRINTED = 64, 1000, 64 * 1024

local function each(list, visit)
  for name in list:gmatch "%S+" do visit(name) end
end

-- The line of the student's file that called what is refused, "labs/till.lua:9"; "" behind a tail call.
local function place_in_file(self)
  local level, info = 2, debug.getinfo(2, "Sl")
  while info and info.source ~= "@" .. (self.path or "") do
    level = level + 1
    info = debug.getinfo(level, "Sl")
  end
  return info and ("%s:%d"):format(self.path, info.currentline) or ""
end

-- A function that is named, and not to be called.
local function refusal(self, name, why)
  return function() self.board.finish(("\1lab\1cheat\1%s\1%s\1%s"):format(name, why, place_in_file(self))) end
end

-- ---- functions that are other than Lua's ----

local function make_print(self)
  local printed, print, tostring, pack = 0, print, tostring, table.pack
  local refuse = refusal(self, "print", "prints without end")
  return function(...)
    local values = pack(...)
    for i = 1, values.n do printed = printed + #tostring(values[i]) + 1 end
    if printed > MOST_PRINTED then refuse() end
    print(...)
  end
end

local function make_setmetatable(self)
  local refuse = refusal(self, "__gc", "is code that runs at any time: leave it out")
  return function(value, meta)
    if type(meta) == "table" and rawget(meta, "__gc") ~= nil then refuse() end
    return setmetatable(value, meta)
  end
end

local function make_load(self)
  return function(chunk, name, _, env)
    if type(name) ~= "string" then name = "=(load)" end
    return load(chunk, name, "t", env == nil and self.env or env)
  end
end

local function make_require(self)
  local refuse = refusal(self, "require", "finds nothing but \"tidelock\" in a lab")
  return function(name)
    if name ~= "tidelock" then refuse() end
    return self.ipc
  end
end

-- Tasks and objects are counted in memory that all tasks have in common.
local function counted(self, name, cell, most, why)
  local board, make, refuse = self.board, self.ipc[name], refusal(self, "ipc." .. name, why:format(most))
  self.ipc[name] = function(...)
    if board.add(cell, 1) > most then refuse() end
    local made = table.pack(pcall(make, ...))
    if made[1] then return table.unpack(made, 2, made.n) end
    error((tostring(made[2]):gsub("^[^:]*sandbox%.lua:%d+: ", "")), 2) -- at the caller's line
  end
end

-- ---- the environment ----

local function copy_libraries(self, allowed)
  for library, list in pairs(LIBRARIES) do
    local own = {}
    each(list, function(name) own[name] = _G[library] and _G[library][name] end)
    self.env[library] = own
  end
  for library, list in pairs(FORBIDDEN) do
    local own = self.env[library] or {}
    self.env[library] = own
    each(list, function(name)
      local full = library .. "." .. name
      own[name] = allowed[full] and _G[library][name] or refusal(self, full, "is not for a lab")
    end)
  end
end

local function copy_ipc(self, ipc, allowed)
  local own = { _VERSION = ipc._VERSION }
  each(OF_IPC, function(name) own[name] = ipc[name] end)
  each(NOT_OF_IPC, function(name)
    own[name] = allowed["ipc." .. name] and ipc[name] or refusal(self, "ipc." .. name, "is not for a lab")
  end)
  self.ipc = own
  each(TASKS, function(name) counted(self, name, self.task_cell, MOST_TASKS, "starts more than %d tasks") end)
  each(OBJECTS, function(name) counted(self, name, self.made_cell, MOST_MADE, "makes more than %d objects") end)
end

-- "ipc.sleep", or a global function
local function forbid(self, full)
  local library, name = full:match "^(%w+)%.([%w_]+)$"
  local place = library == "ipc" and self.ipc or library and self.env[library] or self.env
  place[name or full] = refusal(self, full, "is not allowed in this lab")
end

--- The environment: options = { board =, ipc =, allow = names, forbid = names, task_cell =, made_cell = numbers of the
-- board }; returns it, and the student's own `ipc`.
function sandbox.new(options)
  local self, allowed = { board = options.board, path = options.path, env = {} }, {}
  self.task_cell, self.made_cell = options.task_cell, options.made_cell
  for _, name in ipairs(options.allow or {}) do allowed[name] = true end
  each(BASE, function(name) self.env[name] = _G[name] end)
  copy_libraries(self, allowed)
  copy_ipc(self, options.ipc, allowed)
  self.env._G = self.env
  self.env.print, self.env.setmetatable = make_print(self), make_setmetatable(self)
  self.env.load, self.env.require = make_load(self), make_require(self)
  self.env.dofile = refusal(self, "dofile", "is not for a lab")
  self.env.loadfile = refusal(self, "loadfile", "is not for a lab")
  self.env.collectgarbage = function(what) return what == "count" and 0 or 0 end
  self.env.getmetatable = function(value) return type(value) == "table" and getmetatable(value) or nil end
  for _, name in ipairs(options.forbid or {}) do forbid(self, name) end
  return self.env, self.ipc
end

return sandbox
