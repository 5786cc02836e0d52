--- The lines of the scripts that a schedule went through.
local source = {}
source.__index = source

--- For a script by its path; others are found by the names that events give them.
function source.new(path)
  return setmetatable({ path = path, files = {} }, source)
end

local function read(path)
  local file = path and io.open(path)
  if not file then return false end
  local lines = {}
  for line in file:lines() do
    lines[#lines + 1] = line:gsub("%c", " "):gsub("\xC2[\x80-\x9F]", " ") -- a terminal is shown it
  end
  file:close()
  return lines
end

-- What the events call the file may be the end of a longer path.
local function path_of(self, file)
  if not file or file == "" then return self.path end
  local name = file:gsub("^%.%.%.", "")
  if self.path and self.path:sub(-#name) == name then return self.path end
  return file
end

--- The line's text without the blanks around it; nil: not known.
function source:line(file, number)
  local path = path_of(self, file)
  if not path or not number then return nil end
  if self.files[path] == nil then self.files[path] = read(path) end
  local line = self.files[path] and self.files[path][number]
  return line and line:match "^%s*(.-)%s*$"
end

--- The file's name without its folders.
function source:short(file)
  return (path_of(self, file) or "?"):match "([^/]*)$"
end

return source
