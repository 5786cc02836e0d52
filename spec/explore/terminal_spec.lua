-- A schedule that has the terminal, as for `tidelock replay -i`.
local explorer = dofile "spec/support/explorer.lua"
local terminal = dofile "spec/support/terminal.lua"

local there, files

local function start(code, script)
  local arguments, environment, own, path = explorer.arguments(code, script)
  files = { own, path }
  there = terminal.start(arguments, environment)
end

after_each(function()
  there:close()
  for _, path in ipairs(files) do os.remove(path) end
end)

local RUN = [[
  local runs = open()
  runs:start(1, {}, { terminal = true })
  assert(runs:wait())
  print("ending", runs:account(1).ending, #runs:output(1))
  print("line", io.read "l")
  return 7]]

describe("a schedule that has the terminal", function()
  it("reads what is typed and writes there, and the explorer does so after it", function()
    start(RUN, [[io.write "name? " io.flush() print("hello " .. io.read "l")]])
    there:expect "name%? "
    there:enter("ann", "\nhello ann\n")
    there:expect "ending\tpassed\t0\n"
    there:enter("bob", "\nline\tbob\n")
    assert.equal(7, there:status())
  end)

  it("is ended by Ctrl-C, and the explorer goes on", function()
    start(RUN, [[print "waits" io.read "l"]])
    there:expect "waits\n"
    there:type "\3"
    there:expect "ending\tcrash\t0\n"
    there:enter("bob", "\nline\tbob\n")
    assert.equal(7, there:status())
  end)

  it("may wait for long", function()
    start([[
      local runs = open{ patience = 0.2 }
      runs:start(1, {}, { terminal = true })
      assert(runs:wait())
      print("ending", runs:account(1).ending)]], [[print "waits" print("hello " .. io.read "l")]])
    there:expect "waits\n"
    os.execute "sleep 1"
    there:enter("ann", "\nhello ann\nending\tpassed\n")
  end)
end)
