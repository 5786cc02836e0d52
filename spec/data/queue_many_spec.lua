-- Many messages at once through a queue: the same without a name, near and far.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local shows = dofile "spec/support/shows.lua"
local PATIENCE = 20

for _, at in ipairs(both.all) do
  describe("put_many and get_many, " .. at.where .. ",", function()
    it("say how many, and why no more", function()
      local q = at.queue(3)
      assert.same({ 2 }, { q:put_many{ "a", "b" } })
      assert.same({ 1, "full" }, { q:put_many({ "c", "d" }, 0) })
      assert.same({ 0, "full" }, { q:put_many({ "c", "d" }, 0.01) })
      assert.same({ "a", "b" }, q:get_many(2))
      assert.same({ "c" }, q:get_many(100))
      assert.same({ nil, "empty" }, { q:get_many(5, 0) })
      assert.same({ nil, "empty" }, { q:get_many(5, 0.01) })
      assert.same({ 0 }, { q:put_many{} })
    end)

    it("take any number", function()
      local q, list = at.queue(), {}
      for n = 1, 1000 do list[n] = n end
      assert.equal(1000, q:put_many(list))
      assert.same(list, q:get_many(5000))
      local child = ipc.spawn(function() return q:get_many(3, PATIENCE) end)
      shows(q, "1 getting")
      q:put("one")
      assert.same({ "one" }, (child:result(PATIENCE)))
    end)

    it("wait for room, item after item", function()
      local q = at.queue(2)
      local child = ipc.spawn(function() return q:put_many({ 1, 2, 3, 4, 5 }, PATIENCE) end)
      for n = 1, 5 do assert.equal(n, q:get(PATIENCE)) end
      assert.equal(5, child:result(PATIENCE))
    end)

    it("say that the queue was closed, after what was left", function()
      local q = at.queue(3)
      assert.equal(2, q:put_many{ "a", "b" })
      q:close()
      assert.same({ 0, "closed" }, { q:put_many{ "c" } })
      assert.same({ nil, "closed" }, { q:try_put("c") })
      assert.same({ "a", "b" }, q:get_many(5))
      assert.same({ nil, "closed" }, { q:get_many(5) })
      assert.same({ nil, "closed" }, { q:try_get() })
    end)

    it("refuse what is no list and no number, and keep what was put before", function()
      local q = at.queue()
      raises(at, q, "put_many: a list is expected, not a string", q.put_many, q, "a")
      raises(at, q, "put_many: item 2 (those before it were put): cannot send value", q.put_many, q,
        { 1, coroutine.create(print) })
      raises(at, q, "get_many: max must be an integer from 1 to 2147483647, not 0", q.get_many, q, 0)
      raises(at, q, "get_many: max must be an integer", q.get_many, q)
      raises(at, q, 'put: unknown option "prio"', q.put, q, 1, { prio = 1 })
      raises(at, q, "priority", q.put, q, 1, { priority = 1 })
      local priority = at.queue{ order = "priority" }
      raises(at, priority, "put: the priority must be a number, not ", priority.put, priority, 1, { priority = "1" })
      raises(at, priority, "put: the priority ", priority.put, priority, 1, { priority = 0 / 0 })
      raises(at, priority, 'put: unknown option "prio"', priority.put, priority, 1, { prio = 1 })
      assert.is_true(priority:is_empty())
      assert.equal(1, q:get(0))
      assert.is_true(q:is_empty())
    end)

    it("lose no message beside one that cannot be received", function()
      local q = at.queue()
      local function put_unknown(before, after)
        ipc.spawn(function()
          local message = setmetatable({}, ipc.register("queue-spec-unknown", {}))
          q:put_many(before)
          q:put(message)
          q:put_many(after)
        end):join()
      end
      put_unknown({ 1, 2 }, { 4 })
      local all = {}
      local list, why = q:get_many(10, PATIENCE)
      assert.matches('cannot receive a table of class "queue%-spec%-unknown"', why)
      table.move(list, 1, #list, 1, all)
      list = q:get_many(10, 0) or {}
      table.move(list, 1, #list, #all + 1, all)
      assert.same({ 1, 2, 4 }, all)
      put_unknown({}, {})
      local good
      good, why = pcall(function() return q:get_many(10, PATIENCE) end)
      assert.is_false(good)
      assert.matches("^spec/data/queue_many_spec.lua:%d+: .*cannot receive a table of class", why)
    end)
  end)
end
