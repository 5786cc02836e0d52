-- Why it happened: what wrong answers of the pack are told, which is true, or nothing.
local labs = dofile "spec/support/labs.lua"
local shell = dofile "spec/support/shell.lua"

-- By lab and wrong answer: a part of what is told; false: no reason, as none is proven.
local REASONS = {
  barbershop = {
    looks_outside_the_lock = "in line 9 before it held the lock book (line 10)",
    done_before_the_cut = "customer-2 goes on in line 18 because barber gave done back (line 27): that alone",
    both_wait = "waits for seated (line 26), which is given back in line 18, and nobody comes there; customer-1 waits",
    book_for_the_whole_visit = "customer-2 tries to take book in line 9, does not get it, and goes on without it",
  },
  barrier = {
    gate_of_its_own = "has a semaphore of its own, and so has climber-",
    one_too_early = "climber-2 goes on in line 9 by gate, which it gave itself (line 8)",
    notifies_without_looking = "nobody notifies it any more: the last was climber-3 (line 8, step 19), before that",
  },
  ["bounded-buffer"] = {
    wakes_nobody = "guest-1 waits in line 18 because the sill was 0; baker changes that in line 11, and nobody",
    one_condition_one_wake_up = "nobody notifies after that, and baker waits for ever",
  },
  guests = {
    counts_by_hand = "line 7 reads and line 8 acts on it, and nothing keeps guest-2 out between them",
    a_plain_semaphore = "a semaphore without a bound does not know who has it",
    counts_under_a_lock = "main waits in line 8 because taken seats is 2, as main left it (line 9)",
    three_seats = "guest-2 does not have to wait in line 7: seats had a place left",
    takes_two = false,
  },
  kitchen = {
    joins_one_chef = "line 17 puts a nil into counter before chef-2 puts something there (line 4)",
    sleeps = "a sleep is a guess",
  },
  ["kitchen-joinable"] = {
    done_before_eating = "line 10 calls task_done, and the work comes only in line 11",
    says_nothing = "main waits for what is still to be done in counter (line 16), and nobody calls its task_done",
    says_it_twice = "more items done than were put. ",
  },
  laps = {
    looks_later = "both read come = 2 in line 10",
    sleeps = "line 10 sleeps",
    event_again = "runner-1 goes on in line 12 because runner-2 set all here (line 9)",
  },
  ["library-fair"] = {
    readers_first = "chronicler waits for room meanwhile (line 15), and has nothing that keeps others out.",
    writer_alone_uses_the_door = "and what it has, door, does not keep reader-1 out",
  },
  library = {
    counts_in_two_steps = "took room (line 10) and has done its part without giving it back",
    reader_becomes_writer = "waits for room, which it has taken itself (line 10)",
    room_is_a_lock = "took room in line 10: only the task that takes a lock may give it back",
    readers_do_not_lock = "chronicler does not have to wait in line 13: nobody has taken room.",
    writer_waits_for_empty_once = "goes by inside = 0, which it has read in line 19; reader-1 has changed that since",
  },
  ["notice-board"] = {
    odd_is_not_looked_at = "master has changed hour (line 8) and is not done; traveller reads that, and minute",
  },
  ["night-shift"] = { goes_by_the_exit_code = "watchman-2 is killed (step 9) after step 8" },
  relay = {
    closes_the_wrong_end = "and main still holds the end that sends (line 22 closes the other one)",
    does_not_close = "receiver waits in recv of pipe#1 (line 11), and main still holds the end that sends, `out`",
    nothing = "and main still holds the end that sends, `out`",
    the_sender_closes = "and main still holds the end that sends, `out`",
  },
  sale = {
    asks_whether_it_is_full = 'looks at queue "line" in line 8, and before it puts something in (line 8) customer-',
    does_not_look_at_the_answer = "line 8 puts nothing into line, which is full, and customer-3 does not look at",
    keeps_the_gate = "rejected. customer-2 and customer-3 wait for ever for gate. ",
    keeps_the_gate_if_it_is_full = "rejected. customer-4 waits for ever for gate. ",
    own_lock = "has a lock of its own, and so has customer-",
  },
  ["start-gun"] = {
    notifies_nobody = "because shots was 0; starter changes that in line 8, and nobody notifies gun behind it",
    waits_first = "that is lost",
  },
  smokers = { natural = "has taken paper and waits for matches", notes_of_its_own = "has a value of its own" },
  sushi = {
    does_not_count_for_them = "nobody gives it back any more: the last was guest-1 (line 23, step 44)",
    seats_one_of_two = "guest-2 waits for called (line 12), and the last who gave it back was guest-3",
  },
  till = {
    drops_the_answer = "line 8 sets nothing: compare_set says false there, as clerk-1 has changed till since clerk-2",
    tries_only_once = "since clerk-1 read it (line 9), and clerk-1 does not look at the answer",
    tries_the_lock = "and line 10 of clerk-2 does without it",
  },
  transfer = { ignores_the_timeout = "line 5 did not get blue, and nothing looks at its answer" },
}

local function sorted(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = name end
  table.sort(list)
  return list
end

-- What the checker writes for these answers of a lab of the pack.
local function check(lab, names, jobs)
  local files = {}
  for i, name in ipairs(names) do files[i] = ("scripts/labs/%s/wrong/%s.lua"):format(lab, name) end
  local out, err = shell.run(("TIDELOCK_EXPLORER=spec/support/labs/verdicts.lua %s explore scripts/labs/%s %d - %s")
    :format(shell.tidelock, lab, jobs or 2, table.concat(files, " ")), 240)
  assert.are.equal("", err)
  return out
end

local function joined(text)
  return (text:gsub("%s+", " ")) .. " "
end

describe("a reason", function()
  for _, lab in ipairs(sorted(REASONS)) do
    it("is true, or is not told: " .. lab, function()
      local names = sorted(REASONS[lab])
      local blocks, out = {}, check(lab, names):gsub("%f[^\n\0]== ", "\1")
      for block in out:gmatch "[^\1]+" do blocks[#blocks + 1] = joined(block) end
      assert.are.equal(#names, #blocks)
      for i, name in ipairs(names) do
        local expected = REASONS[lab][name]
        assert.is_truthy(blocks[i]:find("rejected", 1, true), blocks[i])
        assert.is_truthy(blocks[i]:find(expected or "rejected", 1, true), name .. ": " .. blocks[i])
        if not expected then assert.is_nil(blocks[i]:find(" why: ", 1, true), blocks[i]) end
        assert.is_nil(blocks[i]:find("line ?", 1, true), blocks[i])
      end
    end)
  end
end)

-- Many tasks race; tasks are killed; several wait for the same lock.
local SEARCHED = { barbershop = "no_lock", ["the-dead-clerk"] = "refuses_to_sell", barrier = "gate_inside_the_lock" }

describe("a search", function()
  for lab, name in pairs(SEARCHED) do
    it("finds the same schedule in each run, and tells the same of it: " .. name, function()
      local first = check(lab, { name }, 1)
      for jobs = 1, 3 do assert.are.equal(first, check(lab, { name }, jobs)) end
    end)
  end
end)

describe("a sentence", function()
  local lab

  after_each(function() lab:remove() end)

  it("is no longer than a line and a bit, and has a line of the learner's file", function()
    lab = labs.new 'lab.task("ann", student)'
    local verdict = lab:check 'return function()\n  error(("what ails me "):rep(30) .. "; help")\nend'
    local sentence = joined(verdict.text):gsub(" schedule .*", ""):match "rejected%. (ann .-) *$"
    assert.is_truthy(sentence:find("ann dies by an error in line 2: what ails me", 1, true), sentence)
    assert.is_true(#sentence <= 131, sentence)
  end)

  it("has the line of the learner's file where the lab's own code raises", function()
    lab = labs.new [[lab.task("ann", function() student(function() error "the well is dry" end) end)]]
    local verdict = lab:check 'return function(draw)\n  draw()\nend'
    local text = joined(verdict.text)
    assert.is_truthy(text:find("ann dies by an error in line 2: the well is dry.", 1, true), text)
  end)
end)
