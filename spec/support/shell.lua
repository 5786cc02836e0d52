-- What specs need of a shell: run a command with a limit of time, and look at what it leaves behind.
local files = dofile "spec/support/files.lua"
local shell = {}

-- The program by its whole path, so that processes of another copy of the sources are not taken for its own.
local function find_tidelock()
  local path = os.getenv "TIDELOCK" or "./tidelock"
  if path:find("^/") then return path end
  local pipe = assert(io.popen("pwd -P"))
  local here = pipe:read("l")
  pipe:close()
  return here .. "/" .. path
end

shell.tidelock = find_tidelock()

local function taken(path)
  local text = files.read(path)
  os.remove(path)
  return text
end

-- Runs a command line for at most `limit` seconds (60): what it wrote to stdout, to stderr, and its exit status, which
-- is 124 when the time was over.  It hears Ctrl-C, also where the specs themselves were started not to.
function shell.run(command, limit)
  local out, err = os.tmpname(), os.tmpname()
  local line = "env --default-signal=INT,QUIT,HUP timeout %d sh -c '%s' >%s 2>%s </dev/null"
  local _, how, status = os.execute(line:format(limit or 60, command:gsub("'", "'\\''"), out, err))
  return taken(out), taken(err), how == "signal" and 128 + status or status
end

-- Runs Lua code as a script in the program, as shell.run does.  `environment`: such as "TIDELOCK_TASKS=4"; `option`:
-- one of the program's.
function shell.script(code, environment, limit, option)
  local path = files.write(os.tmpname(), code)
  local out, err, status = shell.run(("%s %s %s %s"):format(environment or "", shell.tidelock, option or "",
    path), limit)
  os.remove(path)
  return out, err, status, path
end

-- What the interactive session prints for lines that come from a file.
function shell.session(lines)
  local path = files.write(os.tmpname(), table.concat(lines, "\n") .. "\n")
  local out, err = shell.run(("TERM=xterm %s -i <%s"):format(shell.tidelock, path))
  os.remove(path)
  return out .. err
end

-- Lines of ps about processes whose command line contains `text`.
function shell.processes(text)
  local pipe = assert(io.popen("ps -ww -eo pid=,stat=,args="))
  local found = {}
  for line in pipe:lines() do
    if line:find(text, 1, true) and not line:find("ps -ww -eo", 1, true) then found[#found + 1] = line end
  end
  pipe:close()
  return found
end

-- A process's state, a letter, as the kernel has it; nil: it is no more.
function shell.state(pid)
  local file = io.open(("/proc/%d/stat"):format(pid))
  local text = file and file:read("a")
  if file then file:close() end
  return text and text:match("^%d+ %(.*%) (%a)")
end

-- Names in a folder.
function shell.list(folder)
  local pipe = assert(io.popen("ls -A " .. folder .. " 2>/dev/null"))
  local names = {}
  for name in pipe:lines() do names[name] = true end
  pipe:close()
  return names
end

return shell
