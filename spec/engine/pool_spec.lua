-- Pools of the engine, one case at a time; random histories are tried by model_spec.
local client = dofile "spec/support/engine/client.lua"

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
