-- The program on a terminal: what a user types, and what the screen shows.  script(1) makes the pseudo-terminal.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local terminal = {}
terminal.__index = terminal

local PATIENCE = 60 -- seconds; on a loaded machine a start takes long

-- Without colours and what else moves the cursor; where a line is written anew, it is a new one.
local function plain(text)
  text = text:gsub("\r\27%[K", "\n")
  return (text:gsub("\27%[[%d;?]*%a", ""):gsub("\r", ""))
end

-- Starts the program with these arguments, in a home of its own (or `home`).  `environment`: such as "NO_COLOR=1".
-- `modes`: terminal:modes is to tell them.
function terminal.start(arguments, environment, home, modes)
  local folder = shell.run("mktemp -d"):match "%S+"
  local self = setmetatable({ folder = folder, home = home or folder, seen = 0 }, terminal)
  local line = ("env HOME=%s TERM=xterm %s %s %s"):format(self.home, environment or "", shell.tidelock, arguments or "")
  -- a shell that traps the signal outlives a Ctrl-C, whichever shell it is (dash does not by itself, bash does)
  line = modes and ("trap : INT QUIT; %s; status=\\$?; stty -a >%s/modes; exit \\$status"):format(line, folder)
    or "exec " .. line
  os.execute(("mkfifo %s/keys; touch %s/screen"):format(folder, folder))
  os.execute(("env --default-signal=INT,QUIT,HUP SHELL=/bin/sh sh -c 'echo $$ >%s/pid; exec timeout 600 "
    .. "script -qfec \"%s\" %s/screen' <%s/keys >/dev/null 2>&1 &"):format(folder, line, folder, folder))
  self.keys = assert(io.open(folder .. "/keys", "w"))
  self.keys:setvbuf "no"
  return self
end

-- Ctrl-D is typed at a prompt: what comes before the editor has the terminal is no end there, but a NUL.
function terminal:type(text)
  if text == "\4" then self:await(function(screen) return screen:find "> $" end, "prompt") end
  self.keys:write(text)
end

local function child_of(pid)
  return assert(files.read(("/proc/%d/task/%d/children"):format(pid, pid)):match "%d+", "it has no child")
end

-- The terminal has so many columns by now: of timeout's child, script(1), the child has it as its own.
function terminal:resize(columns)
  local program = child_of(child_of((files.read(self.folder .. "/pid"):match "%d+")))
  assert(os.execute(("stty cols %d rows 24 </proc/%s/fd/0"):format(columns, program)))
end

-- All that was written to the screen.
function terminal:raw()
  return files.read(self.folder .. "/screen")
end

-- The same as text.
function terminal:screen()
  return plain(self:raw())
end

-- Waits until `find` finds something on the screen: what it found; `what` it looks for is told if it does not come.
function terminal:await(find, what)
  local limit = os.time() + PATIENCE
  repeat
    local found = { find(self:screen()) }
    if found[1] then return found end
    os.execute "sleep 0.02"
  until os.time() > limit
  error(("no %s behind:\n%s\nbut:\n%s"):format(what, self:screen():sub(1, self.seen),
    self:screen():sub(self.seen + 1)), 3)
end

-- Waits until the screen shows the pattern behind what was expected before; its captures.
function terminal:expect(pattern)
  local found = self:await(function(screen)
    return screen:find(pattern, self.seen + 1) -- an anchor is at what comes next
  end, ("%q"):format(pattern))
  self.seen = found[2]
  return table.unpack(found, 3)
end

-- A line, and what is shown for it.
function terminal:enter(line, pattern)
  self:type(line .. "\r")
  if pattern then return self:expect(pattern) end
end

-- Waits until the program has ended; the status, which script(1) writes below the screen.
function terminal:status()
  return tonumber((self:expect "COMMAND_EXIT_CODE=\"(%d+)\""))
end

-- What stty(1) said of the terminal when the program had ended: see terminal:status.
function terminal:modes()
  return files.read(self.folder .. "/modes")
end

-- Ends what may be left of it; twice is harmless.
function terminal:close()
  if io.type(self.keys) ~= "file" then return end
  self.keys:close()
  os.execute(("kill $(cat %s/pid) 2>/dev/null; rm -rf %s"):format(self.folder, self.folder))
end

return terminal
