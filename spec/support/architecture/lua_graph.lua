-- Which file of the Lua of bindings/ requires which: each name in quotes that is one of theirs, or of the libraries in
-- C that the program has for them.
local sources = dofile "spec/support/architecture/sources.lua"
local lua_graph = {}

lua_graph.files = sources.lines("find bindings -mindepth 2 -name '*.lua' | sort")

-- { ["terminal.keys"] = "bindings/terminal/keys.lua" }: in which room it is, though it is no file of that name.
local known = {}
local function add(path) known[path:match "^bindings/(.*)%.lua$":gsub("/", ".")] = path end
for _, path in ipairs(lua_graph.files) do add(path) end
for room, name in sources.read "bindings/program/command.c":gmatch '{"(%l+)%.([%l_]+)", [%l_]+_open_library}' do
  add(("bindings/%s/%s.lua"):format(room, name))
end

-- f(a, b) for each a that requires b.
function lua_graph.each(f)
  for _, a in ipairs(lua_graph.files) do
    local seen = {}
    for name in sources.read(a):gmatch "[\"']([%l_]+%.[%l_.]+)[\"']" do
      local b = known[name]
      if b and b ~= a and not seen[b] then
        seen[b] = true
        f(a, b)
      end
    end
  end
end

return lua_graph
