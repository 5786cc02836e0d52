-- make.lua FROM TO: the page of a definition file.  Run from the top folder; `make docs` does.
local annotations = dofile "bindings/docs/annotations.lua"
local page = dofile "bindings/docs/page.lua"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  return text
end

local from, to = ...
local ok, reference = pcall(annotations.read, read(from), from)
if not ok then
  io.stderr:write("docs: ", tostring(reference), "\n")
  os.exit(1)
end
local text = page.render(reference, "Tidelock: the Lua API", read("bindings/docs/style.css"))
local file = assert(io.open(to, "w"))
assert(file:write(text))
assert(file:close())
