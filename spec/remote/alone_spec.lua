-- The objects over an engine without a server: histories by seeds, with deaths between any two requests.
local alone = dofile "spec/support/engine/alone.lua"

local SEEDS = 20

-- Calls f(here, seed) for each seed; where it raises, the error tells the seed.
local function each_seed(f)
  for seed = 1, SEEDS do
    local good, why = pcall(f, alone.new(seed), seed)
    if not good then error(("seed %d: %s"):format(seed, tostring(why)), 0) end
  end
end

local function done(here)
  assert(here:run(), "some tasks can never go on")
  for _, task in ipairs(here.tasks) do
    assert(not task.failed, task.failed)
  end
end

describe("far objects, alone,", function()
  it("are the same for two programs", function()
    local here = alone.new()
    local a, b = here:program "ann", here:program "bob"
    local first = here:task(a, function(ipc)
      local s = ipc.open "fake:kitchen"
      local q = s.queue("orders", 2)
      assert(q == s.queue "orders" and tostring(q):find "^queue \"orders\" at fake:kitchen: 0 of 2 messages")
      q:put{ dish = "soup", at = s.lock "till" }
      return s.value("n", 5):add(1), q.maxsize
    end)
    local second = here:task(b, function(ipc)
      local s = ipc.open "fake:kitchen"
      local order = s.queue("orders"):get()
      return order.dish, order.at == s.lock "till"
    end)
    done(here)
    assert.same({ 6, 2 }, { table.unpack(first.results) })
    assert.same({ "soup", true }, { table.unpack(second.results) })
  end)

  it("hand a lock on, one at a time, though holders die", function()
    each_seed(function(here)
      local inside, most, taken, abandoned = 0, 0, 0, 0
      local programs = {}
      for n = 1, 4 do
        programs[n] = here:program("p" .. n)
        here:task(programs[n], function(ipc)
          local lock = ipc.open("fake:k").lock "till"
          for _ = 1, 5 do
            local _, why = lock:acquire()
            if why then
              abandoned = abandoned + 1
              inside = 0
            end
            inside, taken = inside + 1, taken + 1
            most = math.max(most, inside)
            assert(lock.holder == "p" .. n and lock.token)
            inside = inside - 1
            lock:release()
          end
        end)
      end
      local victim = programs[here.chance(4)]
      local steps = here.chance(30)
      here.at_step = function()
        steps = steps - 1
        if steps == 0 and here.current and here.current.program ~= victim then here:kill(victim) end
      end
      done(here)
      assert(most == 1 and taken >= 15 and abandoned <= 1, most .. " inside, " .. taken .. " taken")
    end)
  end)

  it("lose and double no message of a bounded queue, and end its loops", function()
    each_seed(function(here)
      local got = {}
      for n = 1, 3 do
        here:task(here:program("putter" .. n), function(ipc)
          local q = ipc.open("fake:k").queue("q", 2)
          if n == 1 then
            assert(q:put_many{ 101, 102, 103, 104, 105 } == 5)
          else
            for i = 1, 5 do assert(q:put(n * 100 + i)) end
          end
          local left = ipc.open("fake:k").latch("left", 3)
          left:count_down()
          left:wait()
          q:close()
        end)
        here:task(here:program("getter" .. n), function(ipc)
          local q = ipc.open("fake:k").queue("q", 2)
          if n == 1 then
            local list = q:get_many(2) or {}
            for _, v in ipairs(list) do got[#got + 1] = v end
          end
          for _, v in q:items() do got[#got + 1] = v end
        end)
      end
      done(here)
      table.sort(got)
      assert.same({ 101, 102, 103, 104, 105, 201, 202, 203, 204, 205, 301, 302, 303, 304, 305 }, got)
    end)
  end)

  it("wait, give up in time, and are released, whichever comes first", function()
    each_seed(function(here)
      local went, gave_up = 0, 0
      for n = 1, 4 do
        here:task(here:program("w" .. n), function(ipc)
          local c = ipc.open("fake:k").condition "c"
          c:acquire()
          local good = c:wait(n)
          if good then went = went + 1 else gave_up = gave_up + 1 end
          c:release()
        end)
      end
      here:task(here:program "n", function(ipc)
        local s = ipc.open "fake:k"
        local c = s.condition "c"
        s.event("never"):wait(here.chance(5) - 0.5)
        c:with(c.notify, c, 2)
      end)
      done(here)
      assert(went <= 2 and went + gave_up == 4, went .. " of 4 went on")
    end)
  end)

  it("loses no update of a value and of a table", function()
    each_seed(function(here)
      for n = 1, 3 do
        here:task(here:program("u" .. n), function(ipc)
          local s = ipc.open "fake:k"
          local v, t = s.value("v", 0), s.table "t"
          for _ = 1, 4 do
            v:update(function(x) return x + 1 end)
            t:update("list", function(list)
              list = list or {}
              list[#list + 1] = n
              return list
            end)
            t:add("n", 1)
          end
        end)
      end
      done(here)
      local look = here:task(here:program "look", function(ipc)
        local s = ipc.open "fake:k"
        return s.value("v"):get(), #s.table("t").list, s.table("t").n
      end)
      done(here)
      assert.same({ 12, 12, 12 }, { table.unpack(look.results) })
    end)
  end)

  it("wait for the first of several, and take turns", function()
    each_seed(function(here)
      local got = {}
      for n = 1, 2 do
        here:task(here:program("r" .. n), function(ipc)
          local s = ipc.open "fake:k"
          local list = { s.queue "a", s.queue "b" }
          while true do
            local v, from = ipc.receive(list, 100)
            if v == nil then return assert(from == "closed", from) end
            assert(from == list[v < 10 and 1 or 2])
            got[#got + 1] = v
          end
        end)
      end
      here:task(here:program "p", function(ipc)
        local s = ipc.open "fake:k"
        for i = 1, 4 do
          s.queue("a"):put(i)
          s.queue("b"):put(10 + i)
        end
        s.event("over"):set()
        s.queue("a"):close()
        s.queue("b"):close()
      end)
      local watch = here:task(here:program "w", function(ipc)
        local s = ipc.open "fake:k"
        local e = s.event "over"
        assert(ipc.wait({ s.latch("l", 1), e })[1] == e)
        return select(2, ipc.wait({ s.latch "l" }, 1))
      end)
      done(here)
      table.sort(got)
      assert.same({ 1, 2, 3, 4, 11, 12, 13, 14 }, got)
      assert.equal("timeout", watch.results[1])
    end)
  end)

  it("break a barrier for all where one dies, and only then", function()
    each_seed(function(here)
      local programs, outcomes = {}, { n = 0, broken = 0 }
      for n = 1, 3 do
        programs[n] = here:program("b" .. n)
        here:task(programs[n], function(ipc)
          local b = ipc.open("fake:k").barrier("b", 3)
          for _ = 1, 3 do
            local place, why = b:wait()
            if place then outcomes.n = outcomes.n + 1 else outcomes[why] = outcomes[why] + 1 end
          end
        end)
      end
      local steps = here.chance(12)
      here.at_step = function()
        steps = steps - 1
        if steps == 0 and here.current and here.current.program ~= programs[3] then here:kill(programs[3]) end
      end
      local all = here:run()
      -- who waits behind a death between two rounds waits for ever: as near
      assert(all or outcomes.n > 0 or steps <= 0)
      assert(programs[3].killed or outcomes.n == 9 and outcomes.broken == 0, outcomes.n .. " places")
    end)
  end)

  it("say what is misused, at the script's line", function()
    local here = alone.new()
    local task = here:task(here:program "m", function(ipc)
      local s = ipc.open "fake:k"
      local l, told = s.lock "till", {}
      local function raised(f, ...) told[#told + 1] = select(2, pcall(f, ...)) end
      raised(function() l:release() end)
      raised(function() l:acquire(1, 2) end)
      raised(function() return l.holdr end)
      raised(function() s.queue("till") end)
      raised(function() s.queue("q", { maxsice = 1 }) end)
      raised(function() s.array("a", "int8", 1) end)
      return told
    end)
    done(here)
    for i, text in ipairs{
      'lock "till" at fake:k: release: nobody holds it; acquire it first',
      'lock "till" at fake:k: acquire: takes at most 1 argument, and got 2',
      'lock "till" at fake:k: there is no field or method "holdr"; there are: acquire, release, with, hold, holder',
      'queue: in the space "k" there is another under this name: lock "till": free; ask for that',
      'queue: unknown option "maxsice"; did you mean maxsize? There are: maxsize, order, redeliver, name',
      'space "k" at fake:k: array: a far space has no arrays',
    } do
      local told = task.results[1][i]
      assert.truthy(told:find("^spec/remote/alone_spec.lua:%d+: ") and told:find(text, 1, true), told)
    end
  end)
end)
