-- A host whose cable is cut: what it knows, and when, as an order of events.
local engine = dofile "spec/support/engine.lua"
local shell = dofile "spec/support/shell.lua"

-- Why there can be no second host here; nil: there can.
local function obstacle()
  if engine.missing then return engine.missing end
  local _, err, status = shell.run(
    "unshare --net --mount sh -c 'mount -t tmpfs none /run && ip link add probe0 type veth peer name probe1'")
  if status ~= 0 then return "no network namespaces are to be had (as root, with ip and unshare): " .. err end
end

describe("a host whose cable is cut", function()
  it("knows that it has lost the lock before another has it, and comes back when it can", function()
    local missing = obstacle()
    if missing then return pending(missing) end
    local line = ("unshare --net --mount %s spec/support/engine/cable.lua"):format(shell.tidelock)
    local out, err, status = shell.run(line)
    assert.equal("held\nlost\nabandoned\nopened again\nheld again\ncount -1\n", out, err)
    assert.equal(0, status, err)
  end)
end)
