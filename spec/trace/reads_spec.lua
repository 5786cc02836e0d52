-- tidelock --trace: what is in the file of reads that wait for others.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local reader = dofile "spec/support/timeline/trace_reader.lua"

local SCRIPT = [[
require "tidelock" local f = io.popen "sleep 0.1; echo one; sleep 0.1; echo two"
assert(f:read "l" == "one")
for line in f:lines() do assert(line == "two") end
f:close()
assert(io.read "l" == "typed")
for _ in io.lines(arg[0]) do end
print(select(2, pcall(f.read, f)), select(2, pcall(io.stdin.read, io.stdin, "x")))
]]

describe("a trace of a script that reads", function()
  it("has reads of pipes as waits, with their lines, and of files none", function()
    local script, file = os.tmpname(), os.tmpname()
    files.write(script, SCRIPT)
    local function run(trace)
      return shell.run(("{ sleep 0.3; echo typed; } | timeout 60 %s %s %s"):format(shell.tidelock, trace, script))
    end
    local as_ever = run ""
    local told, err, status = run("--trace=" .. file)
    local trace = reader.read(file)
    os.remove(script)
    os.remove(file)
    assert.equal(0, status, err)
    assert.equal(as_ever, told) -- errors, too
    local waited = {}
    for _, span in ipairs(reader.find(trace, { task = "main", operation = "read" })) do
      assert.truthy(span.slept and span.ended)
      waited[span.line] = (waited[span.line] or 0) + span.waited
    end
    for _, line in ipairs{ 2, 3, 5 } do assert.truthy(waited[line], "line " .. line) end
    assert.is_nil(waited[6])
  end)
end)
