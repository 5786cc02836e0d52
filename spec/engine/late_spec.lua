-- Requests of tasks that wait no longer: not done, or taken back.
local client = dofile "spec/support/engine/client.lua"

local function fields_of(_, fields)
  return fields
end

describe("a request whose task waits no longer", function()
  local space, ann, ben

  before_each(function()
    space = client.new()
    ann, ben = space:session "ann", space:session "ben"
  end)

  local function milliseconds() return space.server.clock // 1000 end

  -- The task's next request, which it waits for until then.
  local function ask_until(task, moment, ...)
    task.seq = task.seq + 1
    return task:ask_as(("%d@%d"):format(task.seq, moment), ...)
  end

  it("is not done", function()
    local id = ann:make "queue"
    assert.equal("ok", (ask_until(ann, milliseconds() + 9, "queue_put", id, 2, "=in time", "")))
    local status, fields = ask_until(ann, milliseconds() - 1, "queue_put", id, 2, "=late", "")
    assert.same({ "late", milliseconds() }, { status, tonumber(fields[1]) })
    assert.equal("late", (ann:ask_as(ann.seq, "queue_put", id, 2, "=late", "")))
    assert.same({ "1", "0", "1", "0" }, fields_of(ann:ask("queue_size", id)))
  end)

  it("is done where it gives back, and answered so, so that nobody sends it once more", function()
    local seats, lock = ann:make("semaphore", "", "value", 0), ann:make "lock"
    assert.equal("ok", (ask_until(ann, milliseconds() - 1, "semaphore_release", seats, 1)))
    assert.same({ "1" }, fields_of(ann:ask("semaphore_value", seats)))
    ann:ask("lock_acquire", lock, 1)
    assert.equal("ok", (ask_until(ann, milliseconds() - 1, "lock_release", lock)))
    assert.equal("error", (ask_until(ann, milliseconds() - 1, "lock_release", lock)))
    ann:ask("remove", "#" .. lock)
    assert.equal("removed", (ask_until(ann, milliseconds() - 1, "lock_release", lock)))
  end)

  it("is answered by a bell where it is to ring", function()
    local id = ann:make "queue"
    ann.number = "1!"
    assert.equal("late", (ask_until(ann, milliseconds() - 1, "queue_get", id, 2)))
    assert.matches("^1!:2:late:", space.server.call("LPOP", "tl:{spec}:m" .. ann.id .. ".1"))
  end)

  it("breaks a barrier, as a time that runs out does", function()
    local id = ann:make("barrier", "", "parties", 2)
    assert.equal("wait", (ben:ask("barrier_wait", id, 1)))
    assert.equal("late", (ask_until(ann, milliseconds() - 1, "barrier_wait", id, 2)))
    assert.matches("^1:1:broken", ben:bell())
  end)

  it("is not let in where it waits to put, or to send", function()
    local q, p = ann:make("queue", "", "maxsize", 1), ann:make "pipe"
    for i, call in ipairs{ { "queue_put", q, 2, "=x", "" }, { "pipe_send", p, 1, 2, "=x" } } do
      local task = ann:task(1 + i)
      local status, sent = "ok", -1
      while status == "ok" do status, sent = ask_until(task, milliseconds() + 1000, table.unpack(call)), sent + 1 end
      assert.equal("wait", status)
      space.server.clock = space.server.clock + 2000000
      for _ = 1, sent do assert.equal("ok", (ben:ask(call[1] == "queue_put" and "queue_get" or "pipe_receive", call[2],
        table.unpack(call[1] == "queue_put" and { 0 } or { 2, 0 })))) end
      assert.equal(call[1] == "queue_put" and "full" or "timeout", (task:cancel(0)))
    end
    assert.equal("empty", (ben:ask("queue_get", q, 0)))
    assert.equal("timeout", (ben:ask("pipe_receive", p, 2, 0)))
  end)

  it("has what it was granted taken back by a cancel that comes late", function()
    local id = ann:make "lock"
    ann:ask("lock_acquire", id, 1)
    assert.equal("wait", (ben:ask("lock_acquire", id, 2)))
    ann:ask("lock_release", id)
    local late = ("%d@%d"):format(ben.seq, milliseconds() - 1)
    assert.equal("timeout", (ben:ask_as(late, "cancel", 0, "lock_acquire", id, 2)))
    assert.same({ "" }, { fields_of(ann:ask("lock_holder", id))[1] })
  end)
end)

describe("a late cancel gives back", function()
  local space, ann, ben

  before_each(function()
    space = client.new()
    ann, ben = space:session "ann", space:session "ben"
  end)

  it("a lock", function()
    local id = ann:make "lock"
    ann:ask("lock_acquire", id, 1)
    ben:ask("lock_acquire", id, 2)
    ann:ask("lock_release", id)
    assert.equal("timeout", (ben:cancel(2, "lock_acquire", id, 2)))
    assert.equal("ok", (ann:ask("lock_acquire", id, 0)))
  end)

  it("an item, before all others and as if nobody had taken it", function()
    local id = ann:make "queue"
    ben:ask("queue_get", id, 2)
    ann:ask("queue_put", id, 1, "=one", "")
    ann:ask("queue_put", id, 1, "=two", "")
    assert.equal("timeout", (ben:cancel(2, "queue_get", id, 2)))
    assert.same({ "=one", "1", "1" }, fields_of(ann:ask("queue_get", id, 0)))
    ann:ask("queue_get", id, 0)
    ann:ask("queue_task_done", id, "")
    assert.same({ "0" }, fields_of(ann:ask("queue_task_done", id, "")))
  end)

  it("an end of a pipe that was lent, or to be lent still", function()
    local p = ann:make("pipe")
    ann:ask("pipe_hold", p, 1, "")
    ann:ask("pipe_hold", p, 2, "")
    ann:ask("pipe_lend", p, 2)
    assert.equal("timeout", (ann:cancel(2, "pipe_lend", p, 2)))
    ann:ask("pipe_drop", p, 2)
    assert.equal("closed", (ann:ask("pipe_receive", p, 1, 0)))
    ann:ask("pipe_lend", p, 2)
    ben:ask("pipe_hold", p, 2, ann.id)
    assert.equal("timeout", (ben:cancel(2, "pipe_hold", p, 2, ann.id)))
    ben:ask("pipe_hold", p, 2, ann.id)
    ben:ask("pipe_drop", p, 2)
    assert.equal("closed", (ann:ask("pipe_receive", p, 1, 0)))
  end)

  it("nothing of a request that has done what it was to do", function()
    local id = ann:make("queue", "", "maxsize", 1)
    ann:ask("queue_put", id, 1, "=one", "")
    ann:ask("queue_put", id, 2, "=two", "")
    ben:ask("queue_get", id, 0)
    assert.equal("ok", (ann:cancel(2, "queue_put", id, 2, "=two", "")))
  end)

  it("what was put or sent, unless somebody has it", function()
    local q, p = ann:make "queue", ann:make "pipe"
    for _, row in ipairs{ { { "queue_put", q, 2, "=x", "" }, { "queue_get", q, 0 }, "empty" },
      { { "queue_put_many", q, "=x", "=y" }, { "queue_get_many", q, 2, 0 }, "empty" },
      { { "pipe_send", p, 1, 2, "=x" }, { "pipe_receive", p, 2, 0 }, "timeout" } } do
      local send, take = row[1], row[2]
      local function ask()
        ann.seq = ann.seq + 1
        assert.equal("ok", (ann:ask_as(("%d@%d"):format(ann.seq, space.server.clock), table.unpack(send))))
      end
      ask()
      assert.equal("timeout", (ann:cancel(2, table.unpack(send))))
      assert.equal(row[3], (ben:ask(table.unpack(take))))
      ask()
      assert.equal("ok", (ben:ask(table.unpack(take))))
      assert.equal("ok", (ann:cancel(2, table.unpack(send))))
    end
    assert.same({ "0", "0", "3", "0" }, fields_of(ann:ask("queue_size", q)))
  end)
end)
