-- How a space gets its memory where hardly any descriptor is left.
local ipc = require "tidelock"
local shell = dofile "spec/support/shell.lua"

-- A script with a space of its own, which it removes.
local function with_space(code, environment, limit)
  local name = ("spec-memory-%d"):format(ipc.getpid())
  local out, err, status = shell.script(([[
    local ipc = require "tidelock"
    local NAME = %q
    local s = ipc.open(NAME)
    local function run()
      %s
    end
    local ok, why = pcall(run)
    s:remove()
    if not ok then error(why, 0) end
  ]]):format(name, code), environment, limit)
  assert.same({ "", 0 }, { err, status })
  return out
end

describe("the memory of a space", function()
  it("grows where no descriptor of a high number can be had", function()
    local out = with_space([[
      local q, piece = s.queue "grown", ("x"):rep(1 << 20)
      for _ = 1, 20 do assert(q:put(piece)) end
      print(q:size())
    ]], "ulimit -n 64;")
    assert.equal("20\n", out)
  end)

  it("is known to be in use where no descriptor of a high number can be had", function()
    local out = with_space([[
      local path = "/dev/shm/tidelock-" .. io.popen("id -u"):read("l") .. "-" .. NAME
      print(os.execute("flock -n " .. path .. " true"))
    ]], "ulimit -n 64;")
    assert.equal("nil\texit\t1\n", out)
  end)

  it("says what is missing where no descriptor is left for it", function()
    local out = shell.script([[
      local ipc = require "tidelock"
      local kept, file = {}, nil
      local function take_all()
        repeat file = io.open "/dev/null"; kept[#kept + 1] = file until not file
      end
      take_all()
      kept[#kept]:close()
      print(pcall(ipc.open, "spec-none-" .. ipc.getpid()))
      print(pcall(ipc.command, { "true", stdout = "pipe" }))
      take_all()
      print(pcall(ipc.listen, "tcp:127.0.0.1:0"))
    ]], "ulimit -n 30;")
    local way_out = "Too many open files; close what is not used, or raise the limit %(ulimit %-n%)\n"
    for _, what in ipairs{ 'open: space "[^\n]*', 'cannot start "true": ', "listen: tcp:127.0.0.1:0: [^\n]*" } do
      assert.truthy(out:find("false\t[^\n]*:%d+: " .. what .. way_out), out)
    end
  end)
end)
