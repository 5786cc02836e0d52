--- Place: the folder of an engine that was started here, and what lies in it.
--
-- engine.conf  its settings, with its password
-- password     that alone, for TIDELOCK_PASSWORD_FILE
-- socket       the Unix socket
-- engine.pid   the server's pid, while it runs
-- log          what the server tells
-- and the server's own data
--
-- The folder is its owner's alone (mode 0700): so are the password and the socket.
local refuse = require("help.options").refuse
local shell = require "server.shell"

local place = {}
place.__index = place

-- A Unix socket's path has room for so many bytes (unix(7)).
local LONGEST_SOCKET = 107

local function default()
  local state, home = os.getenv "XDG_STATE_HOME", os.getenv "HOME"
  if state and state:find "^/" then return state .. "/tidelock/engine" end
  if home and home ~= "" then return home .. "/.local/state/tidelock/engine" end
  refuse "engine: neither HOME nor XDG_STATE_HOME is set: say where with --dir DIR"
end

local function absolute(dir)
  if dir:find "^/" then return dir end
  return shell.line "pwd" .. "/" .. dir
end

--- The place of the engine in `dir`; nil: the user's own.
function place.new(dir)
  local whole = absolute(dir or default()):gsub("(.)/+$", "%1")
  local self = setmetatable({ dir = whole, chosen = dir ~= nil }, place)
  self.socket = self.dir .. "/socket"
  if self.dir:find "%c" then refuse("engine: a folder's name with control characters cannot be used") end
  if #self.socket > LONGEST_SOCKET then
    refuse("engine: %s: a socket's path has at most %d bytes; choose a shorter one with --dir DIR", self.socket,
      LONGEST_SOCKET)
  end
  return self
end

--- A command of tidelock engine about it, as it is typed.
function place:command(words)
  return "tidelock engine " .. words .. (self.chosen and " --dir " .. shell.word(self.dir) or "")
end

--- The path of a file in it.
function place:path(name) return self.dir .. "/" .. name end

--- Makes the folder, and makes it the user's alone.
function place:make()
  local made, why = shell.run("umask 077 && mkdir -p %s && chmod 700 %s", self.dir, self.dir)
  if not made then refuse("engine: %s", why) end
end

local function read_all(path, how)
  local file = io.open(path)
  local text = file and file:read(how or "a")
  if file then file:close() end
  return text
end

--- The setting of that name, as engine.conf has it; nil: there is none.
function place:setting(name)
  local text = "\n" .. (read_all(self:path "engine.conf") or "")
  return text:match("\n" .. name .. " ([^\n]*)")
end

--- The pid of the server that runs in this folder, or nil. A pid that another program has meanwhile does not count: the
--- server's working directory is this folder.
function place:pid()
  local pid = (read_all(self:path "engine.pid", "l") or ""):match "^%d+$"
  local works_in = pid and shell.line("readlink %s", "/proc/" .. pid .. "/cwd")
  return works_in and works_in == shell.line("readlink -f %s", self.dir) and pid or nil
end

--- Whether the server that wrote the log has ended: each line of it begins with the pid.
function place:has_ended()
  local pid = self:last_words(1):match "^  (%d+):"
  return pid ~= nil and not shell.run("test -d %s", "/proc/" .. pid)
end

--- What the server told last, for people: at most `count` lines.
function place:last_words(count)
  local lines = {}
  for line in (read_all(self:path "log") or ""):gmatch "[^\n]+" do lines[#lines + 1] = "  " .. line end
  return table.concat(lines, "\n", math.max(1, #lines - count + 1))
end

return place
