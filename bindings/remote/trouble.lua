--- Trouble: the statuses of the engine that are no outcome, as errors that say what to do.
local check = require "remote.check"

local trouble = {}

function trouble.error(who, call, _, text)
  -- a cycle names all who are in it, and a space's text its own call
  if text:find "^deadlock: .- holds " then check.raise(text) end
  check.misuse(who, call, "%s", text)
end

function trouble.removed(who, call, kind)
  check.misuse(who, call, "it was removed from its space; s.%s(name) makes a new one", kind)
end

function trouble.lost(who, call, _, text)
  if text and text ~= "" then
    check.misuse(who, call, "lost: %s has moved on to another task, so this call was not made", text)
  end
  check.misuse(who, call, "lost: the server heard nothing of this process for a whole lease, and has passed on all "
    .. "that it held: look at what it had begun, then open the space again by ipc.open")
end

function trouble.forgot(who, call)
  check.misuse(who, call, "forgot: the server has come back without its last moments, and has forgotten calls that it "
    .. "had answered: what this program believes may not hold, so start the job again, from what is in the space")
end

--- trouble.raise: what a status means, in the name of an object and a call.
function trouble.raise(who, call, status, ...)
  trouble[status](who, call, ...)
end

--- trouble.words: what tostring says of an object that cannot be looked at.
function trouble.words(status)
  return status == "removed" and "removed" or "nothing is known of it (" .. status .. ")"
end

return trouble
