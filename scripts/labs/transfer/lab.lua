local ipc = require "tidelock"

return {
  title = "Crossing transfers",
  learn = "locks are taken in one order by all, and no lock is larger than it must be",
  story = [[
A small bank, five accounts, a lock on each. Ann sends money from red to blue while Bob sends some
from blue to red, or from white to red, and at the next counter Cleo moves hers from green to grey.
Not a coin may be lost, nobody may stand there for ever, and Cleo must not be kept waiting by people
whose accounts are none of hers.]],
  hints = {
    "Ann holds one lock and Bob the other one. What does each of them want next?",
    "Each account has a number. What if both began with the same account, whichever way the money goes?",
    "Put the two locks into first and second by the accounts' numbers, then acquire first, then second.",
    free = "A lock that all take keeps Cleo waiting for accounts that are none of hers. Each account has its own.",
  },
  points = { safe = 4, ends = 4, free = 2 },
  tasks = 3, switches = 1, runs = 1000,
  world = function(lab, student)
    local moving, accounts, tries = lab.stage("moving money"), {}, {}
    local function lock_of(name)
      local lock, of_lock = ipc.lock(name), {}
      function of_lock.acquire(_, timeout)
        local got, why = lock:acquire(timeout)
        local me = lab.me()
        tries[me] = (tries[me] or 0) + (got and 0 or 1)
        lab.always("ends", tries[me] <= 2, "%s has tried 3 times in vain, and may try for ever", me)
        return got, why
      end
      function of_lock.release() return lock:release() end
      return of_lock
    end
    for n, name in ipairs{ "red", "blue", "green", "grey", "white" } do
      local balance = ipc.value(100, name)
      accounts[n] = { number = n, name = name, lock = lock_of(name), balance = balance }
      accounts[n].take = function(_, amount)
        moving:enter()
        balance:set(balance:get() - amount)
      end
      accounts[n].give = function(_, amount)
        balance:set(balance:get() + amount)
        moving:leave()
      end
    end
    local names, served = { "ann", "bob", "cleo" }, {}
    for _, name in ipairs(names) do served[name] = lab.count(name) end
    lab.stuck(function()
      local list = {}
      for n = 1, 2 do list[#list + 1] = served[names[n]]:get() == 0 and names[n] or nil end
      if #list == 0 then list[1] = "cleo" end
      return table.concat(list, " and ") .. (#list == 1 and " waits" or " wait") .. " for ever at the counter"
    end)
    local street = ipc.barrier{ parties = 2, name = "the street" } -- who keeps a lock is not saved by his end
    local whose = ({ { 2, 2 }, { 2, 5 }, { 5, 5 } })[lab.choose(3)] -- to whom ann sends, from whom bob does
    local transfers = { { 1, whose[1] }, { whose[2], 1 }, { 3, 4 } }
    for n, who in ipairs(transfers) do
      lab.task(names[n], function()
        student.transfer(accounts[who[1]], accounts[who[2]], 10)
        served[names[n]]:add(1)
        if n < 3 then street:wait() end
      end)
    end
    lab.after(function()
      local sum = 0
      for _, account in ipairs(accounts) do sum = sum + account.balance:get() end
      lab.always("safe", sum == 500, "there were 500 coins in the bank, now there are %d", sum)
      lab.always("safe", accounts[4].balance:get() == 110, "cleo's 10 coins have not come to grey")
      local due = { 100, 100, 90, 110, 100 }
      for n = 1, 2 do
        local from, to = transfers[n][1], transfers[n][2]
        due[from], due[to] = due[from] - 10, due[to] + 10
      end
      for n, account in ipairs(accounts) do
        local is = account.balance:get()
        lab.always("safe", is == due[n], "%d coins lie in %s, and it should be %d", is, account.name, due[n])
      end
      lab.sometimes("free", moving.most >= 2, "two transfers of other accounts never overlap")
    end)
  end }
