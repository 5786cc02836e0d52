--- Commands: lines of the REPL that begin with a colon.
local help = require "repl.help"
local pretty = require "terminal.pretty"
local shell = require "server.shell"
local wrap = require "terminal.wrap"

local ipc = require "tidelock"

local commands = {}
local list, by_name = {}, {}

local PAUSE = 0.2    -- of :watch, between two looks
local DEEPEST = 3    -- how far :objects looks into tables
local NARROW = 30    -- columns that are too few for what a command does

local session, host

--- To be called first.
function commands.open(the_session, given)
  session, host = the_session, given
end

local REFUSED = "tidelock: " -- what comes before it

local refusal = { __tostring = function(self) return self.text end }

-- Raises what needs no traceback.
local function refuse(...) error(setmetatable({ text = string.format(...) }, refusal)) end

local function need(argument, what)
  if argument == "" then refuse("something is missing: %s", what) end
end

local function expression(text)
  local f, message = load("return " .. text, "=stdin", "t")
  if not f then refuse("%s", message) end
  return f
end

-- A name's value, by raw look-ups alone: `t.a.b`.
local function value_of(name)
  local value = _G
  for key in name:gmatch "[^.:]+" do
    if type(value) ~= "table" then return end
    value = rawget(value, key)
  end
  return value
end

-- Also of a space, and of what lies on a server, which are tables.
local function kind_of(value)
  local metatable = debug.getmetatable(value)
  local kind = type(metatable) == "table" and rawget(metatable, "__name")
  local ours = type(value) == "userdata" or type(value) == "table" and rawget(metatable or {}, "__metatable") == kind
  return ours and type(kind) == "string" and kind or nil
end

-- The kind of what a name means: `q`, or as the reference tells of a field, `c.stdout`.
local function kind_named(name)
  local kind = kind_of(value_of(name))
  local owner, field = name:match "^(.*)[.:]([^.:]+)$"
  if kind or not owner then return kind end
  return help.kind_of_field(kind_named(owner), field)
end

-- ":watch EXPR"
local function called(command) return ":" .. command.name .. (command.takes and " " .. command.takes or "") end

-- What each does, behind it; on a narrow terminal below it.
local function list_of_commands()
  local width, left, lines = host.columns(), 0, {}
  for _, command in ipairs(list) do left = math.max(left, #called(command) + 2) end
  local below = width - left < NARROW
  local margin = (" "):rep(below and 4 or left)
  for _, command in ipairs(list) do
    local what = table.concat(wrap.lines(command.what, width - #margin), "\n" .. margin)
    local name = table.concat(wrap.lines(called(command), width, "  "), "\n")
    lines[#lines + 1] = name .. (below and "\n" .. margin or (" "):rep(left - #name)) .. what
  end
  return table.concat(lines, "\n")
end

local function show_help(name)
  local columns = host.columns()
  if name == "" then
    return session.say(list_of_commands() .. "\n" ..
      help.names_text("Functions of ipc, for :help: ", help.functions(), columns))
  end
  local owner = name:match "^(.*)[.:][^.:]+$"
  session.say(help.text(name, kind_named(name), owner and kind_named(owner), columns))
end

-- Calls found(path, object) for each object that a table leads to.
local function find_objects(t, path, depth, seen, found)
  seen[t] = true
  for key, value in next, t do
    local here = type(key) == "string" and path .. (path == "" and "" or ".") .. key or
      ("%s[%s]"):format(path, pretty.text(key, 80, false))
    if kind_of(value) and kind_of(value) ~= "FILE*" then
      found(here, value)
    elseif type(value) == "table" and depth < DEEPEST and not seen[value] then
      find_objects(value, here, depth + 1, seen, found)
    end
  end
end

local function show_objects()
  local rows, seen = {}, { [package.loaded] = true, [ipc] = true }
  find_objects(_G, "", 0, seen, function(path, object)
    if path ~= "_" then rows[#rows + 1] = { path, pretty.title(object) } end
  end)
  table.sort(rows, function(a, b) return a[1] < b[1] end)
  session.say(#rows > 0 and pretty.columns(rows) or "no global refers to an object")
end

local function watch(text)
  need(text, ":watch EXPR")
  local f, before = expression(text)
  session.say "(Ctrl-C ends it)"
  while true do
    local now = session.text(f())
    if now ~= before then session.say(now) end
    before = now
    ipc.sleep(PAUSE)
  end
end

local function time(text)
  need(text, ":time EXPR")
  local f, message = load("return " .. text, "=stdin", "t")
  if not f then f, message = load(text, "=stdin", "t") end
  if not f then refuse("%s", message) end
  local began, cpu = ipc.now(), os.clock()
  local results = table.pack(f())
  local took, used = ipc.now() - began, os.clock() - cpu
  session.say(session.shown(table.unpack(results, 1, results.n)))
  session.say(("%.6f s, of which %.6f s computing"):format(took, used))
end

local function load_file(path)
  need(path, ":load FILE")
  local f, message = loadfile(path)
  if not f then refuse("%s", message) end
  session.say(session.shown(f()))
end

-- Where the scripts of this program may lie: a folder "scripts" of the user's is none.
local function folders()
  return { host.folder .. "/scripts", host.folder .. "/../../scripts",
    host.folder .. "/../share/tidelock/scripts" }
end

local function scenarios()
  for _, folder in ipairs(folders()) do
    local names = {}
    for _, file in ipairs(host.list(folder)) do names[#names + 1] = file:match "^(.*)%.lua$" end
    table.sort(names)
    if #names > 0 then return folder, names end
  end
  refuse "there are no scripts here"
end

local function run_scenario(text)
  local name, rest = text:match "^(%S*)%s*(.*)$"
  local folder, names = scenarios()
  local path = ("%s/%s.lua"):format(folder, name)
  local f = name ~= "" and loadfile(path)
  if not f then
    refuse("%s", help.names_text(name == "" and "which one? " or ("there is no %s; there are: "):format(name), names,
      host.columns() - #REFUSED))
  end
  local words = {}
  for word in rest:gmatch "%S+" do words[#words + 1] = word end
  local before = _G.arg
  _G.arg = table.move(words, 1, #words, 1, { [0] = path, [-1] = host.program })
  local well, message = xpcall(f, debug.traceback, table.unpack(words))
  _G.arg = before
  if not well then error(message, 0) end
end

local function show_seed()
  local seed = host.seed()
  session.say(seed and ("%d: tidelock --sim=%d takes the same turns"):format(seed, seed)
    or "this session is not simulated: tidelock --sim=SEED starts one that is")
end

-- In a simulation pids are others.
local function real_pid()
  local file = assert(io.open "/proc/self/stat")
  local pid = file:read "n"
  file:close()
  return math.tointeger(pid)
end

-- Of this program: it takes the terminal until q.
local function show_top()
  io.stdout:flush()
  local line = ("%s top %s%d"):format(shell.quoted(host.program), host.seed() and "--once " or "", real_pid())
  host.alone(function() os.execute(line) end)
end

local TRACE_FILE = "tidelock.tltrace"

local function end_trace()
  local file = host.traced()
  local count, lost = ipc.trace(false)
  if not count then refuse("%s", lost) end
  session.say(("%d operations%s; tidelock timeline %s shows them"):format(count,
    lost > 0 and (", and %d that were lost"):format(lost) or "", shell.word(file)))
end

local has_recorded = false

-- What is to be told of who runs already: a program's first recording has no lane for them.
local function who_is_missing()
  local count = 0
  for _, child in ipairs(has_recorded and {} or ipc.children()) do
    if child:is_alive() then count = count + 1 end
  end
  return count > 0 and ("(not of %s: a program's first recording has those that start from now on)"):format(
    count == 1 and "the task that runs already" or ("the %d tasks that run already"):format(count)) or nil
end

local function trace(text)
  local before = host.traced()
  has_recorded = has_recorded or before ~= nil
  if text == "" then
    return session.say(before and "what the tasks do is written to " .. before
      or "nothing is recorded; :trace on begins")
  end
  if before then end_trace() end
  if text == "off" then return before or refuse "nothing is recorded; :trace on begins" end
  local file = text == "on" and TRACE_FILE or text
  local missing = who_is_missing()
  local well, why = ipc.trace(file)
  if not well then refuse("%s", why) end
  has_recorded = true
  session.say(("what the tasks do is written to %s; :trace off ends it"):format(file))
  session.say(missing)
end

local function add(name, takes, what, run)
  local command = { name = name, takes = takes, what = what, run = run }
  list[#list + 1] = command
  by_name[name] = command
end

add("help", "[NAME]", "what the reference says of it: queue, queue.put, q:put", show_help)
add("ps", nil, "what each task does", function() session.say(session.text(ipc.ps())) end)
add("objects", nil, "the objects that globals refer to, live", show_objects)
add("watch", "EXPR", "its value each time it changes, until Ctrl-C", watch)
add("time", "EXPR", "its value, and how long it took", time)
add("load", "FILE", "runs a script in this session", load_file)
add("scenario", "NAME [ARGUMENTS]", "runs one of the scripts that come along, scripts/NAME.lua", run_scenario)
add("seed", nil, "the seed of this simulation", show_seed)
add("top", nil, "what this program does, live: h there shows its keys", show_top)
add("trace", "on|off|FILE", "records what the tasks do, into " .. TRACE_FILE .. " or the file", trace)
add("quit", nil, "ends the session, and what it has started", function() host.quit() end)

--- The names of all, in the order of the list.
---@return string[]
function commands.names()
  local names = {}
  for i, command in ipairs(list) do names[i] = command.name end
  return names
end

local function named_scenarios()
  local well, _, names = pcall(scenarios)
  return well and names or {}
end

--- What their arguments are: see complete.open.
commands.arguments = { load = { "file" }, trace = { "file", function() return { "on", "off" } end },
  scenario = { named_scenarios }, help = { help.names } }

--- The function that a line with a colon means.
function commands.load(text)
  local name, argument = text:match "^%s*:%s*(%a+)%s*(.-)%s*$"
  local command = by_name[name]
  return function()
    if not command then
      refuse("there is no %s; there are:\n%s", text:match "^%s*(.-)%s*$", list_of_commands())
    elseif argument ~= "" and not command.takes then
      refuse(":%s takes nothing: what is %s?", name, argument)
    end
    command.run(argument)
  end
end

--- Whether a text means one: a chunk of Lua may begin with `::label::`.
function commands.is_one(text) return text:find "^%s*:%f[^:]" ~= nil end

return commands
