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
      local kept = {}
      repeat kept[#kept + 1] = io.open "/dev/null" until not io.open "/dev/null"
      kept[#kept]:close()
      print(pcall(ipc.open, "spec-none-" .. ipc.getpid()))
    ]], "ulimit -n 30;")
    assert.truthy(out:find("^false\t.*Too many open files\n$"), out)
  end)
end)
