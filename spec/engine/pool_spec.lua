-- Pools of the engine, one case at a time; random histories are tried by model_spec.
local client = dofile "spec/support/engine/client.lua"

describe("a pool that is removed", function()
  -- "none" where there is no more.
  local function bell_of_task(one)
    local bell
    repeat bell = one:bell() or "none" until not bell:find "^0:"
    return bell
  end

  it("tells who waits for results of it, and leaves nothing behind", function()
    local space = client.new()
    local ann, ben, cid = space:session "ann", space:session "ben", space:session "cid"
    local id = ann:make("pool", "pool")
    for _, one in ipairs{ ann, ben } do assert.equal("ok", (one:ask("pool_submit", id, 0, one.who, "=a"))) end
    assert.equal("wait", (ann:ask("pool_collect", id, ann.who, 9, 1)))
    assert.equal("wait", (ben:ask("watch", 1, "pool", id, ben.who)))
    assert.equal("wait", (cid:ask("pool_collect", id, "named", 9, 1)))
    assert.equal("ok", (space:session "dan":ask("remove", "pool")))
    for _, one in ipairs{ ann, ben, cid } do assert.matches("^1:%d+:removed:", bell_of_task(one)) end
    assert.is_nil(space.server.data["tl:{spec}:c" .. id])
  end)

  it("knows the boxes of none who have ended", function()
    local space = client.new()
    local ann, ben = space:session "ann", space:session "ben"
    local id = ann:make("pool", "pool")
    ben:ask("pool_collect", id, ben.who, 9, 1)
    assert.truthy(space.server.data["tl:{spec}:c" .. id])
    ann:unnumbered("died", ben.id)
    assert.is_nil(space.server.data["tl:{spec}:c" .. id])
  end)
end)

describe("tasks that are submitted together", function()
  local ann, id

  before_each(function()
    ann = client.new():session "ann"
    id = ann:make "pool"
  end)

  local function waiting()
    local _, fields = ann:ask("pool_state", id)
    return fields[1]
  end

  it("are all there, in their order", function()
    local _, fields = ann:ask("pool_submit_many", id, ann.who, "=a", "=b", "=c")
    assert.same({ "1", "3" }, fields)
    for number, cell in ipairs{ "=a", "=b", "=c" } do
      _, fields = ann:ask("pool_work", id, 0, number > 1 and number - 1 or "", "1", "ok", "=r")
      assert.same({ ("%d"):format(number), "1", cell }, { table.unpack(fields, 2) })
    end
  end)

  it("are none where one of them cannot be kept", function()
    assert.equal("error", (ann:ask("pool_submit_many", id, ann.who, "=a", "@gone.1")))
    assert.equal("0", waiting())
  end)

  it("are as many as there is room for", function()
    local small = ann:make("pool", "small", "queue", 2)
    local _, fields = ann:ask("pool_submit_many", small, ann.who, "=a", "=b", "=c")
    assert.same({ "1", "2" }, fields)
    _, fields = ann:ask("pool_submit_many", small, ann.who, "=c")
    assert.same({ "0", "0" }, fields)
  end)

  it("are refused by a pool that was closed", function()
    ann:ask("pool_close", id)
    assert.equal("closed", (ann:ask("pool_submit_many", id, ann.who, "=a")))
  end)
end)
