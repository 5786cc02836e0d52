-- What ends by itself, a key with a time to live, may end between any two steps.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local SCRIPT = [[
local ipc = require "tidelock"
local cache = ipc.table{}
cache:set("k", 1, { ttl = 60 })
ipc.spawn(function()
  if cache.k then assert(cache.k, "it has ended meanwhile") end
end)]]

local function explore(words)
  local path = files.write(os.tmpname(), SCRIPT)
  local out, err, status = shell.run(("%s explore --runs 300 %s %s"):format(shell.tidelock, words, path))
  os.remove(path)
  assert.equal("", err)
  return out, status
end

describe("a key with a time to live", function()
  it("ends between the look and the use", function()
    local out, status = explore ""
    assert.equal(1, status, out)
    assert.matches("it has ended meanwhile", out)
    assert.matches("%-%- it is 60 s", out)
  end)

  it("does not where no task is delayed", function()
    local out, status = explore "--no-delays"
    assert.equal(0, status, out)
  end)
end)
