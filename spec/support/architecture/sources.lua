-- The C sources as text: which there are, and what is written in them.
local files = dofile "spec/support/files.lua"
local sources = {}

-- The lines that a command prints; there must be some.
function sources.lines(command)
  local pipe = assert(io.popen(command))
  local list = {}
  for line in pipe:lines() do list[#list + 1] = line end
  pipe:close()
  assert(#list > 0, command)
  return list
end

-- f(path), asked once.
local function remembering(f)
  local known = {}
  return function(path)
    known[path] = known[path] or f(path)
    return known[path]
  end
end

sources.read = remembering(files.read)

-- Without comments, where a word means nothing.
sources.without_comments = remembering(function(path)
  return (sources.read(path):gsub("/%*.-%*/", " "):gsub("//[^\n]*", " "))
end)

-- Without strings, too.
sources.code = remembering(function(path)
  return (sources.without_comments(path):gsub('"[^"\n]*"', '""'))
end)

-- Those of the files in which a pattern is found.  `text`: how to read one (sources.code).
function sources.having(list, pattern, text)
  local found = {}
  for _, path in ipairs(list) do
    if (text or sources.code)(path):find(pattern) then found[#found + 1] = path end
  end
  return found
end

-- Those besides `...`, which may.
function sources.uses(list, pattern, ...)
  local found, allowed = {}, {}
  for _, path in ipairs{ ... } do allowed[path] = true end
  for _, path in ipairs(sources.having(list, pattern)) do
    if not allowed[path] then found[#found + 1] = path end
  end
  return found
end

sources.runtime = sources.lines("find runtime -name '*.[ch]' | sort")
sources.bindings = sources.lines("find bindings -name '*.[ch]' | sort")
sources.all = {}
for _, list in ipairs{ sources.runtime, sources.bindings } do
  for _, path in ipairs(list) do table.insert(sources.all, path) end
end

sources.with_tests = sources.lines("find runtime bindings spec -name '*.[ch]' | sort")

return sources
