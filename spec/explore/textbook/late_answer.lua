-- Timeout against arrival: an answer that comes after its time is taken for that to the next question.
-- Bartlett, Scantlebury and Wilkinson, A note on reliable full-duplex transmission, 1969.
local ipc = require "tidelock"

local questions, answers = ipc.queue{ name = "questions" }, ipc.queue{ name = "answers" }

local function oracle()
  for _, n in questions:items() do answers:put{ question = n, text = n * n } end
end

local function ask(n)
  questions:put(n)
  return answers:get(0.1)
end

local process = ipc.spawn{ target = oracle, name = "oracle" }
for n = 1, 2 do
  local answer = ask(n)
  ipc.always(not answer or answer.text == n * n, "%d is not the answer to %d", answer and answer.text, n)
end
questions:close()
process:join()
