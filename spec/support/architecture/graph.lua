-- Which file of the sources knows which: by what it includes, and by what its object calls: a .c then knows the .c that
-- defines it.
local sources = dofile "spec/support/architecture/sources.lua"
local graph = {}

local known = {}
for _, path in ipairs(sources.all) do known[path] = true end

-- Where the compiler finds what `path` includes.
function graph.included(path, header)
  for _, folder in ipairs{ path:match "^(.*)/", path:match "^%w+", "runtime" } do
    if known[folder .. "/" .. header] then return folder .. "/" .. header end
  end
end

-- knows[a][b] = { why, ... }
local function add(knows, a, b, why)
  if a == b then return end
  knows[a][b] = knows[a][b] or {}
  table.insert(knows[a][b], why)
end

local function add_includes(knows)
  for _, path in ipairs(sources.all) do
    for header in sources.read(path):gmatch '#include "([^"\n]+)"' do
      local found = graph.included(path, header)
      if found then add(knows, path, found, "#include") end
    end
  end
end

-- The objects of the program under test, which lie beside it: { ["build/5.3/runtime/wait/park.o"] = its source }.
local function objects()
  local folder, list = (os.getenv "TIDELOCK" or "./tidelock"):match "^(.*)/[^/]*$", {}
  if folder == "." then folder = "build/" .. _VERSION:match "%d.%d" end
  for _, path in ipairs(sources.all) do
    if path:find "%.c$" then
      local object = ("%s/%s.o"):format(folder, path:sub(1, -3))
      assert(io.open(object), object .. " is not there: make program"):close()
      list[object] = path
    end
  end
  return list
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- Fills graph.home[symbol] = the source that defines it, graph.exports[source] = { symbol, ... }.
local function add_calls(knows)
  local source_of, wanted = objects(), {}
  for _, line in ipairs(sources.lines("nm -A -g " .. table.concat(sorted_keys(source_of), " "))) do
    local object, kind, symbol = line:match "^(.-):%x* *(%a) ([%w_]+)$"
    local path = source_of[object]
    if kind == "U" then
      wanted[#wanted + 1] = { by = path, symbol = symbol }
    elseif path and not symbol:find "^_" then -- those are of a sanitizer
      graph.home[symbol] = path
      graph.exports[path] = graph.exports[path] or {}
      table.insert(graph.exports[path], symbol)
    end
  end
  for _, want in ipairs(wanted) do
    local home = graph.home[want.symbol]
    if home then add(knows, want.by, home, want.symbol) end
  end
end

-- Reads all of it: knows, exports and home.
function graph.read()
  local knows = {}
  for path in pairs(known) do knows[path] = {} end
  graph.exports, graph.home = {}, {}
  add_includes(knows)
  add_calls(knows)
  graph.knows = knows
  return graph
end

-- f(a, b, why) for each a that knows b.
function graph.each(f)
  for _, a in ipairs(sorted_keys(graph.knows)) do
    for _, b in ipairs(sorted_keys(graph.knows[a])) do f(a, b, table.concat(graph.knows[a][b], ", ")) end
  end
end

-- The circles among the files for which `counts` is true, each with its files in order (Tarjan, Depth-first search and
-- linear graph algorithms, 1972).
function graph.circles(counts)
  local index, low, stack, waiting, circles, count = {}, {}, {}, {}, {}, 0

  local function close(file)
    local circle = {}
    repeat
      local last = table.remove(stack)
      waiting[last] = nil
      circle[#circle + 1] = last
    until last == file
    table.sort(circle)
    if #circle > 1 then circles[#circles + 1] = circle end
  end

  local function visit(file)
    count = count + 1
    index[file], low[file] = count, count
    stack[#stack + 1], waiting[file] = file, true
    for _, other in ipairs(sorted_keys(graph.knows[file])) do
      if counts(other) and not index[other] then
        visit(other)
        low[file] = math.min(low[file], low[other])
      elseif waiting[other] then
        low[file] = math.min(low[file], index[other])
      end
    end
    if low[file] == index[file] then close(file) end
  end

  for _, file in ipairs(sorted_keys(graph.knows)) do
    if counts(file) and not index[file] then visit(file) end
  end
  return circles
end

return graph
