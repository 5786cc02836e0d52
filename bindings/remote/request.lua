--- Request: what far objects ask of their engine, and what is raised where the answer is no outcome: at the script's
--- line, in the name of the object, or of the space, and the call.
local client = require "remote.client"
local check = require "remote.check"
local way_out = require "remote.way_out"

local request = {}

local is_recorded = client.is_recorded

--- request.title: what an object, or a space, is called in texts, without secrets.
function request.title(thing)
  local where = thing.space and thing.space.where or thing.where
  return ('%s "%s" at %s'):format(thing.kind or "space", thing.name, where)
end
local title = request.title

-- ---- statuses that are no outcome ----

local TROUBLE = {}

function TROUBLE.error(thing, call, text)
  -- a cycle names all who are in it
  if text:find "^deadlock: .- holds " then check.raise(text) end
  check.misuse(title(thing), call, "%s", text)
end

function TROUBLE.removed(thing, call)
  check.misuse(title(thing), call, "it was removed from its space; s.%s(name) makes a new one", thing.kind or "queue")
end

function TROUBLE.lost(thing, call, text)
  if text and text ~= "" then
    check.misuse(title(thing), call, "lost: %s; so this call was not made", text)
  end
  check.misuse(title(thing), call, "lost: the server heard nothing of this process for a whole lease, and has passed "
    .. "on all that it held; this call may have been made or not: look at what it had begun, then open the space again "
    .. "by ipc.open, and take its objects from there")
end

function TROUBLE.forgot(thing, call)
  check.misuse(title(thing), call, "forgot: the server has come back without its last moments, and has forgotten calls "
    .. "that it had answered: what this program believes may not hold, so start the job again, from what is there")
end

--- request.settle: a status and its fields; raises for what is no outcome.
function request.settle(thing, call, status, ...)
  local raise = TROUBLE[status]
  if raise then raise(thing, call, ...) end
  return status, ...
end
local settle = request.settle

--- request.words: what tostring says of an object that cannot be looked at.
function request.words(status)
  return status == "removed" and "removed" or "nothing is known of it (" .. status .. ")"
end

-- ---- what the session raises ----

local PLACE = "^" .. check.OURS:gsub("^@", ""):gsub("%p", "%%%0") .. "[%w_]+%.lua:%d+: "

-- What a session raises is about the space, and has no place or one of these files; what callbacks raise is theirs.
local function raised(thing, call, why)
  if type(why) ~= "string" then error(why, 0) end
  local text, ours = why:gsub(PLACE, "")
  local where = (thing.space or thing).where .. ": "
  if text:sub(1, #where) == where then
    local trouble = text:sub(#where + 1)
    check.misuse(title(thing), call, "%s%s", trouble, way_out(where, trouble))
  end
  if ours > 0 then check.raise(text) end
  error(why, 0)
end

--- request.again: raises again what near code has raised that these files called: at the script's line.
function request.again(why)
  local text, ours = tostring(why):gsub(PLACE, "")
  if type(why) == "string" and ours > 0 then check.raise(text) end
  error(why, 0)
end

local function answered(thing, call, good, ...)
  if not good then raised(thing, call, (...)) end
  return ...
end

--- request.send: what a method of the session returns, such as "pack" or "tell".
function request.send(thing, call, method, ...)
  local session = (thing.space or thing).session
  return answered(thing, call, pcall(session[method], session, ...))
end

--- request.tell: an unnumbered request: its status and fields.
function request.tell(thing, call, op, ...)
  return settle(thing, call, request.send(thing, call, "tell", op, ...))
end

local NO_OUTCOME = { timeout = true, full = true, empty = true, closed = true, broken = true, busy = true }

-- What was recorded has ended.
local function ended(good, status, ...)
  client.ended(not good or NO_OUTCOME[status] ~= nil)
  return good, status, ...
end

--- request.of_several: a numbered request about these things, which may wait until the deadline: its status and fields,
--- none of which raises.
function request.of_several(things, call, deadline, op, ...)
  local thing = things[1]
  local session = (thing.space or thing).session
  if not is_recorded() then return answered(thing, call, pcall(session.ask, session, deadline, op, ...)) end
  if #things == 1 and thing.kind then
    client.begins(op, call, thing.kind, thing.name, thing.space.where)
  else
    client.begins(op, call, "", "", "") -- of no object that could be named
  end
  return answered(thing, call, ended(pcall(session.ask, session, deadline, op, ...)))
end

--- request.ask: the same about one thing; raises for what is no outcome.
function request.ask(thing, call, deadline, op, ...)
  return settle(thing, call, request.of_several({ thing }, call, deadline, op, ...))
end

--- request.may: what the engine is told of a deadline: whether the request may wait.
function request.may(deadline)
  return deadline == nil and "1" or deadline == 0 and "0" or "2"
end

return request
