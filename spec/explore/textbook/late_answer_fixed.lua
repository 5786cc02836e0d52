-- Timeout against arrival, corrected: an answer says what it answers, and those to earlier questions are dropped.
local ipc = require "tidelock"

local questions, answers = ipc.queue{ name = "questions" }, ipc.queue{ name = "answers" }

local function oracle()
  for _, n in questions:items() do answers:put{ question = n, text = n * n } end
end

local function ask(n)
  questions:put(n)
  local answer
  repeat answer = answers:get(0.1) until not answer or answer.question == n
  return answer
end

local process = ipc.spawn{ target = oracle, name = "oracle" }
for n = 1, 2 do
  local answer = ask(n)
  ipc.always(not answer or answer.text == n * n, "%d is not the answer to %d", answer and answer.text, n)
end
questions:close()
process:join()
