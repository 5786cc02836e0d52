-- Small labs for specs: a world as text, students' files as text, the verdicts.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local labs = {}
labs.__index = labs

local LIMIT = 240

local function write(path, text)
  files.write(path, text)
end

-- A lab whose lab.lua is `return { title = "Lab", <fields> world = function(lab, student) <world> end }`.
function labs.new(world, fields)
  local directory = os.tmpname()
  os.remove(directory)
  assert(os.execute("mkdir " .. directory))
  write(directory .. "/lab.lua", ([[
local ipc = require "tidelock"
return { title = "Lab", points = { safe = 6, ends = 2, free = 2 }, %s
world = function(lab, student)
%s
end }]]):format(fields or "", world))
  return setmetatable({ directory = directory, count = 0 }, labs)
end

function labs:remove()
  os.execute("rm -rf " .. self.directory)
end

-- A file beside the lab, by its name.
function labs:file(name, text)
  write(self.directory .. "/" .. name, text)
  return self.directory .. "/" .. name
end

local FIELDS = { "state", "property", "schedules", "exhausted", "moves", "points" }

local function read(output)
  output = output:gsub("%f[^\n\0]== ", "\1== ")
  local list = {}
  for block in output:gmatch "[^\1]+" do
    local path, line, text = block:match "^== ([^\n]*)\n([^\n]*)\n(.*)$"
    local verdict, i = { path = path, text = text }, 0
    for field in (line .. "\t"):gmatch "([^\t]*)\t" do
      i = i + 1
      verdict[FIELDS[i]] = field
    end
    list[#list + 1] = verdict
  end
  return list
end

-- The verdicts of several texts, in their order. options: jobs (1), mode, load (a command that runs beside it).
function labs:all(texts, options)
  options = options or {}
  local paths = {}
  for i, text in ipairs(texts) do paths[i] = self:file(("student_%d.lua"):format(i), text) end
  local command = ("TIDELOCK_EXPLORER=spec/support/labs/verdicts.lua %s explore %s %d %s %s"):format(shell.tidelock,
    self.directory, options.jobs or 1, options.mode or "-", table.concat(paths, " "))
  local out, err, status = shell.run((options.load or "") .. command, LIMIT)
  assert(status == 0, ("status %s: %s%s"):format(status, out, err))
  return read(out)
end

-- The verdict of one.
function labs:check(text, options)
  return self:all({ text }, options)[1]
end

return labs
