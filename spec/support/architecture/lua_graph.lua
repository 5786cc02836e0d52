-- Which file of the Lua of bindings/ requires which: each name in quotes that is one of theirs.
local sources = dofile "spec/support/architecture/sources.lua"
local lua_graph = {}

lua_graph.files = sources.lines("find bindings -mindepth 2 -name '*.lua' | sort")

local known = {}
for _, path in ipairs(lua_graph.files) do known[path] = true end

-- f(a, b) for each a that requires b.
function lua_graph.each(f)
  for _, a in ipairs(lua_graph.files) do
    local seen = {}
    for name in sources.read(a):gmatch "[\"']([%l_]+%.[%l_.]+)[\"']" do
      local b = ("bindings/%s.lua"):format(name:gsub("%.", "/"))
      if known[b] and b ~= a and not seen[b] then
        seen[b] = true
        f(a, b)
      end
    end
  end
end

return lua_graph
