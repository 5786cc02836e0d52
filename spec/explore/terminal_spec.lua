-- A schedule that has the terminal, as for `tidelock replay -i`.
local shell = dofile "spec/support/shell.lua"
local explorer = dofile "spec/support/explorer.lua"

-- What is on the terminal when `typed` is, a line at a time.
local function on_terminal(code, script, typed)
  local command, own, path = explorer.command(code, script)
  local keys = ("(%s; sleep 0.5)"):format(typed)
  local out, _, status = shell.run(("%s | script -qec %s /dev/null"):format(keys, "\"" .. command .. "\""), 20)
  os.remove(own)
  os.remove(path)
  return out:gsub("\r", ""), status
end

local RUN = [[
  local runs = open()
  runs:start(1, {}, { terminal = true })
  assert(runs:wait())
  print("ending", runs:account(1).ending, #runs:output(1))
  print("line", io.read "l")
  return 7]]

describe("a schedule that has the terminal", function()
  it("reads what is typed and writes there, and the explorer does so after it", function()
    local out, status = on_terminal(RUN, [[io.write "name? " io.flush() print("hello " .. io.read "l")]],
      "sleep 0.4; echo ann; sleep 0.3; echo bob")
    assert.matches("name%? .*hello ann\n.*ending\tpassed\t0\n.*line\tbob\n", out)
    assert.equal(7, status)
  end)

  it("is ended by Ctrl-C, and the explorer goes on", function()
    local out, status = on_terminal(RUN, [[print "waits" io.read "l"]],
      [[sleep 0.4; printf "\003"; sleep 0.3; echo bob]])
    assert.matches("waits\n.*ending\tcrash\t0\n.*line\tbob\n", out)
    assert.equal(7, status)
  end)

  it("may wait for long", function()
    local out = on_terminal([[
      local runs = open{ patience = 0.2 }
      runs:start(1, {}, { terminal = true })
      assert(runs:wait())
      print("ending", runs:account(1).ending)]], [[print("hello " .. io.read "l")]], "sleep 1.5; echo ann")
    assert.matches("hello ann\nending\tpassed\n", out)
  end)
end)
