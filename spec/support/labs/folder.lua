-- A student's or an author's folder, with a pack of one small lab, two-painters, as `tidelock lab new` makes it.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local labs = {}
labs.__index = labs

function labs.write(path, text)
  files.write(path, text)
end

function labs.read(path)
  local file = io.open(path)
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

-- A folder with the pack in pack/; removed by close.
function labs.new()
  local self = setmetatable({ folder = shell.run("mktemp -d"):match "%S+" }, labs)
  local out, err, status = self:run "lab new pack/two-painters"
  assert(status == 0, out .. err)
  return self
end

-- Runs the program there: what it writes to stdout and stderr, and its status.
function labs:run(arguments, limit)
  return shell.run(("cd %s && %s %s"):format(self.folder, shell.tidelock, arguments), limit)
end

-- `tidelock lab WORDS` of the pack.
function labs:lab(words) return self:run(("lab --pack pack %s"):format(words or "")) end

function labs:path(name) return self.folder .. "/" .. name end

-- Begins, and returns the path of the student's file.
function labs:begin()
  local out, err, status = self:lab()
  assert(status == 0, out .. err)
  return self:path "labs/two-painters.lua"
end

function labs:copy(from, to)
  labs.write(self:path(to), assert(labs.read(self:path(from))))
end

function labs:close() os.execute("rm -rf " .. self.folder) end

-- Runs Lua in the state of the commands: what it prints.
function labs.within(code)
  local path = os.tmpname()
  labs.write(path, code .. "\nreturn 0")
  local out, err = shell.run(("TIDELOCK_EXPLORER=%s %s explore x"):format(path, shell.tidelock))
  os.remove(path)
  assert(err == "", err)
  return out
end

return labs
